"""What of the audit somebody should ask about: each rule right at its border."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.unusual import BULK, BURST, MANY, unusual

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
"""12:00 in Asia/Shanghai."""


def look(
    *,
    at: datetime = NOON,
    who: str = "zilai",
    matter: str = "wh_1",
    fields: tuple[str, ...] = ("resident.phone",),
    count: int = 1,
    result: Result = Result.ALLOW,
    exit_: Exit = Exit.PAGE,
    rows: tuple[str, ...] = ("ek_1",),
) -> AuditRow:
    """An ordinary look, but for what is said otherwise."""
    return AuditRow(
        at=at,
        who=who,
        exit=exit_,
        result=result,
        purpose="handle",
        fields=fields,
        rows=rows,
        count=count,
        matter=matter,
    )


def found(*rows: AuditRow) -> dict[str, list[tuple[str, int]]]:
    """List → (who, how often), of lists that are not empty."""
    said = unusual(rows)
    names = ("without_matter", "at_night", "in_bulk", "refused", "reports")
    lists = {name: [(one.who, one.number) for one in getattr(said, name)] for name in names}
    return {name: some for name, some in lists.items() if some}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([look()], {}, id="an ordinary look"),
        pytest.param([look(matter="")], {"without_matter": [("zilai", 1)]}, id="for no matter"),
        pytest.param([look(matter="", fields=("incident.category",))], {}, id="nothing personal"),
        pytest.param([look(at=NOON.replace(hour=14))], {"at_night": [("zilai", 1)]}, id="22:00"),
        pytest.param([look(at=NOON.replace(hour=13, minute=59))], {}, id="21:59"),
        pytest.param([look(at=NOON.replace(hour=21, minute=59))], {"at_night": [("zilai", 1)]}, id="05:59"),
        pytest.param([look(at=NOON.replace(hour=22))], {}, id="06:00"),
        pytest.param([look(at=NOON.replace(hour=14), exit_=Exit.WEBHOOK)], {}, id="the hub itself at night"),
        pytest.param([look(count=BULK - 1)], {}, id="not yet many"),
        pytest.param([look(count=BULK - 1), look()], {"in_bulk": [("zilai", BULK)]}, id="many in an hour"),
        pytest.param([look(count=BULK - 1), look(at=NOON + timedelta(hours=1))], {}, id="many in two hours"),
        pytest.param([look(result=Result.DENY)] * (BURST - 1), {}, id="some refusals"),
        pytest.param([look(result=Result.DENY)] * BURST, {"refused": [("zilai", BURST)]}, id="a burst"),
        pytest.param([look(who=str(n)) for n in range(MANY - 1)], {}, id="a few readers"),
        pytest.param(
            [look(who=str(n)) for n in range(MANY)], {"reports": [("ek_1", MANY)]}, id="many readers"
        ),
        pytest.param([look()] * MANY, {}, id="one reader many times"),
        pytest.param([look(who=str(n), count=0) for n in range(MANY)], {}, id="asked for, and not shown"),
        pytest.param([replace(look(result=Result.DENY), reason="refuse")] * BURST, {}, id="who says no"),
        pytest.param(
            [look(who=str(n), fields=("event.content",)) for n in range(MANY)], {}, id="not of the requester"
        ),
    ],
)
def test_what_is_unusual(rows: list[AuditRow], expected: dict[str, list[tuple[str, int]]]) -> None:
    assert expected == found(*rows)
    assert len(rows) == unusual(rows).rows


def test_the_most_frequent_come_first() -> None:
    rows = [
        look(matter="", who="b"),
        look(matter="", who="a"),
        look(matter="", who="c"),
        look(matter="", who="c"),
    ]
    assert [("c", 2), ("a", 1), ("b", 1)] == found(*rows)["without_matter"]
