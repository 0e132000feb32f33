"""`contacts.yaml`: what a district allows, and every fault told at its line."""

from pathlib import Path

import pytest

from hub.pack.contacts import FILE, read_contacts
from hub.pack.reading import PackFiles
from hub.whistle.contact import NO_CONTACT, ContactRules, Kind, Template

GOOD = """\
version: '2026.1'
channels: {message: sms, call: voice}
most_a_day: 4
quiet: {from_hour: 21, to_hour: 8}
templates:
  soon: {title: 稍后, text: '{department}稍后到，{reference}'}
"""


def read(text: str, root: Path) -> tuple[ContactRules, list[tuple[str, int]]]:
    """The rules, and (code, line) of every fault."""
    (root / FILE).write_text(text, encoding="utf-8")
    files = PackFiles(root)
    return read_contacts(files, ("sms", "voice")), [(one.code, one.line) for one in files.found]


def test_the_rules_are_what_the_file_says(tmp_path: Path) -> None:
    found, faults = read(GOOD, tmp_path)
    assert [] == faults
    assert ({Kind.MESSAGE: "sms", Kind.CALL: "voice"}, 4, 21, 8) == (
        found.channels,
        found.most_a_day,
        found.quiet_from,
        found.quiet_to,
    )
    assert {"soon": Template("soon", "稍后", "{department}稍后到，{reference}")} == found.templates
    assert "城管局稍后到，7ca855e4" == found.templates["soon"].words(
        department="城管局", reference="7ca855e4"
    )


def test_without_the_file_nobody_is_contacted(tmp_path: Path) -> None:
    assert NO_CONTACT == read_contacts(PackFiles(tmp_path), ())


@pytest.mark.parametrize(
    ("good", "bad", "code", "line"),
    [
        ("message: sms", "message: fax", "K275", 2),
        ("call: voice", "fax: voice", "K203", 2),
        ("most_a_day: 4", "most_a_day: 0", "K207", 3),
        ("from_hour: 21", "from_hour: 24", "K207", 4),
        (", to_hour: 8", "", "K204", 4),
        ("soon:", "Soon:", "K132", 6),
        ("{department}", "{phone}", "K208", 6),
        ("{reference}", "{reference", "K208", 6),
        ("{reference}", "{}", "K208", 6),
        ("{reference}", "{reference!r}", "K208", 6),
        ("稍后到", "稍" * 141, "K207", 6),
        ("title: 稍后, ", "", "K204", 6),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(
    good: str, bad: str, code: str, line: int, tmp_path: Path
) -> None:
    _, faults = read(GOOD.replace(good, bad), tmp_path)
    assert (code, line) in faults
