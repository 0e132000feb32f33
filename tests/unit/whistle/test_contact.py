"""When a resident may be contacted, by the district's rules alone."""

from datetime import datetime, timedelta

import pytest

from hub.clock import SHANGHAI
from hub.model import Level
from hub.whistle.contact import (
    NO_CONTACT,
    PATIENCE,
    ContactRules,
    ContactState,
    Kind,
    counted,
    is_stale,
    quiet_until,
    unknown_names,
)

NIGHT = ContactRules(quiet_from=21, quiet_to=8)
NOON = ContactRules(quiet_from=12, quiet_to=14)


def at(text: str) -> datetime:
    """That time of a Tuesday."""
    return datetime.fromisoformat(f"2026-03-10T{text}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("rules", "now", "ends"),
    [
        (NIGHT, "20:59:59", None),
        (NIGHT, "21:00:00", "2026-03-11T08:00"),
        (NIGHT, "23:59:00", "2026-03-11T08:00"),
        (NIGHT, "00:00:00", "2026-03-10T08:00"),
        (NIGHT, "07:59:59", "2026-03-10T08:00"),
        (NIGHT, "08:00:00", None),
        (NOON, "11:59:59", None),
        (NOON, "12:00:00", "2026-03-10T14:00"),
        (NOON, "14:00:00", None),
        (NOON, "23:00:00", None),
        (NO_CONTACT, "03:00:00", None),
    ],
)
def test_quiet_hours_begin_and_end_on_the_hour(rules: ContactRules, now: str, ends: str | None) -> None:
    found = quiet_until(rules, Level.ROUTINE, at(now))
    assert ends == (found and found.strftime("%Y-%m-%dT%H:%M"))


def test_an_emergency_knows_no_quiet_hours() -> None:
    assert quiet_until(NIGHT, Level.EMERGENCY, at("23:00:00")) is None


def test_what_failed_counts_only_where_a_gateway_had_taken_it() -> None:
    taken = at("10:00:00")
    made = [(state, sent) for state in ContactState for sent in (None, taken)]
    assert len(made) - 1 == counted(made)


@pytest.mark.parametrize("kind", Kind)
def test_what_waited_for_longer_than_anybody_is_patient_is_stale(kind: Kind) -> None:
    made = at("10:00:00")
    assert not is_stale(kind, made, made + PATIENCE[kind])
    assert is_stale(kind, made, made + PATIENCE[kind] + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{department}办理，{reference}", []),
        ("没有名字", []),
        ("{name}您好", ["{name}"]),
        ("{}您好", ["{}"]),
        ("{department.x}", ["{department.x}"]),
        ("{department", ["{department"]),
        ("{department!r}", ["{department!r}"]),
        ("{department:>99}", ["{department:>99}"]),
    ],
)
def test_a_template_names_nothing_but_the_department_and_the_reference(text: str, unknown: list[str]) -> None:
    assert unknown == unknown_names(text)
