"""`make audit`: a bill of materials of the whole lock, and no pass where nothing was looked up."""

import re
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from hub.jsonform import dumps
from tools.audit import verdict
from tools.sbom import HUB, LOCK, bill, read_lock
from tools.vendor import LIST, listed

LINES = LOCK.read_text("utf-8")
SERVED = listed(LIST.read_text("utf-8"))


def test_the_bill_names_every_package_of_the_lock_with_its_version() -> None:
    pinned = re.findall(r"^([a-zA-Z0-9._-]+)==([^ \\;]+)", LINES, re.MULTILINE)
    made = bill(LINES, "1.0.0")
    assert len(pinned) > 100
    assert pinned == [(one["name"], one["version"]) for one in made["components"]]
    assert (HUB, "1.0.0") == (made["metadata"]["component"]["name"], made["metadata"]["component"]["version"])


def test_the_bill_names_what_browsers_are_served() -> None:
    made = bill(LINES, "1.0.0", SERVED)
    (one,) = (one for one in made["components"] if one["name"] == "maplibre-gl")
    needs = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    assert one["purl"].startswith("pkg:npm/maplibre-gl@")
    assert [{"expression": "BSD-3-Clause"}] == one["licenses"]
    assert one["purl"] in needs[HUB]


def test_the_bill_is_cyclonedx_by_the_standards_own_schema() -> None:
    text = dumps(bill(LINES, "1.0.0", SERVED))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert (
        JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace('"library"', '"book"')) is not None
    )


def test_the_bill_says_who_needs_whom() -> None:
    made = bill(LINES, "1.0.0")
    needs = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    version = {one.name: one.version for one in read_lock(LINES)}
    assert f"pkg:pypi/fastapi@{version['fastapi']}" in needs[HUB]
    assert f"pkg:pypi/starlette@{version['starlette']}" in needs[f"pkg:pypi/fastapi@{version['fastapi']}"]
    assert {one["bom-ref"] for one in made["components"]} | {HUB} == set(needs)


def test_the_same_lock_gives_the_same_bill() -> None:
    assert dumps(bill(LINES, "1.0.0")) == dumps(bill(LINES, "1.0.0"))


CLEAN: dict[str, Any] = {"name": "a", "version": "1", "vulns": []}
HIT: dict[str, Any] = {"name": "b", "version": "2", "vulns": [{"id": "CVE-0", "fix_versions": ["3"]}]}
UNKNOWN: dict[str, Any] = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        pytest.param([CLEAN], 0, "1 packages looked up, 0 known", id="all looked up, none known"),
        pytest.param([CLEAN, HIT], 1, "b 2: CVE-0, mended in 3", id="one is known"),
        pytest.param([CLEAN, UNKNOWN], 3, "NOT CHECKED: 1 of 2", id="one was not found"),
        pytest.param([UNKNOWN, HIT], 1, "NOT CHECKED: 1 of 2", id="one is known and one was not found"),
        pytest.param([], 3, "This is no pass", id="nobody answered"),
    ],
)
def test_what_was_not_looked_up_has_not_passed(found: list[dict[str, Any]], code: int, said: str) -> None:
    ended = verdict(found)
    assert code == ended.code
    assert said in "\n".join(ended.lines)
