"""Hosts that a source's files are fetched from: none unless named, and never one that is nobody's."""

import pytest

from hub.intake.links import NOWHERE

from .conftest import TinyPack

AFTER = "    freshness_s: 1800\n"


def test_a_source_that_names_no_host_fetches_nothing(tiny: TinyPack) -> None:
    assert NOWHERE == tiny.load().sources["urban_management"].attachments


def test_hosts_and_networks_are_read(tiny: TinyPack) -> None:
    named = "    attachments: {hosts: ['Files.example:8443', 10.20.3.4], networks: [10.20.0.0/16]}\n"
    tiny.replace("sources.yaml", AFTER, AFTER + named)
    assert [] == tiny.told()
    found = tiny.load().sources["urban_management"].attachments
    assert {("files.example", 8443), ("10.20.3.4", 80), ("10.20.3.4", 443)} == found.hosts
    assert ["10.20.0.0/16"] == [str(one) for one in found.networks]


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("{hosts: [169.254.169.254]}", "K145"),
        ("{hosts: ['http://files.example']}", "K145"),
        ("{hosts: ['127.1']}", "K145"),
        ("{hosts: [files.example], networks: [0.0.0.0/0]}", "K146"),
        ("{hosts: [files.example], networks: [169.254.0.0/16]}", "K146"),
        ("{hosts: [files.example], networks: [8.8.8.0/24]}", "K146"),
        ("{networks: [10.0.0.0/8]}", "K204"),
        ("{hosts: [files.example], host: x}", "K203"),
        ("files.example", "K205"),
    ],
)
def test_what_nobody_may_name_is_told_at_its_line(tiny: TinyPack, named: str, code: str) -> None:
    line = tiny.replace("sources.yaml", AFTER, f"{AFTER}    attachments: {named}\n")
    assert [("sources.yaml", line + 1, code)] == tiny.told()
