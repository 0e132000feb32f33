"""What whistle rows say for an inbox: of what and where their matter is now, and when their department is due next."""

from dataclasses import replace
from datetime import datetime

import pytest

from hub.errors import Refused
from hub.model import Code, Move
from hub.run.inbox.wanted import wanted_of
from hub.store import inbox, steps, whistles
from hub.store.inbox import Asked, Order, Which
from hub.store.moments import from_us
from hub.whistle.due import next_due_at
from tests.instruments import HubInHand
from tests.unit.run.lives import decide, whistle_of
from tests.unit.run.matters import link, matter, part, report
from tests.unit.run.sources import pipe
from tests.unit.run.test_relinking import far

LAMP = Code("hl-2024", "010202")


def rows(hub: HubInHand, department: str = "zilai") -> list[tuple[str, str, str]]:
    """(category, subdistrict, level) of a department's whistles."""
    found = hub.rows("SELECT category, subdistrict_id, level, department FROM whistle ORDER BY blown_us, id")
    return [(r[0], r[1], r[2]) for r in found if r[3] == department]


def due(hub: HubInHand, id_: str) -> tuple[datetime | None, datetime | None]:
    """When a whistle is due next: as its row says, and by its whole history."""
    (said,) = (r[1] for r in hub.rows("SELECT id, next_us FROM whistle") if r[0] == id_)
    with hub.hub.store.read() as conn:
        one = whistles.load(conn, [id_])[id_]
        made = steps.of_whistles(conn, [id_]).get(id_, [])
    return from_us(said) if said is not None else None, next_due_at(one, (each.step for each in made))


def test_a_new_whistle_says_of_what_and_where_its_matter_is(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    ((category, subdistrict),) = hub.rows("SELECT category, subdistrict_id FROM incident")
    assert [(category, subdistrict, "routine")] == rows(hub)


def test_what_is_told_anew_of_a_matter_stands_beside_its_whistles(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    ((before,),) = hub.rows("SELECT category FROM incident")
    hub.tell(replace(pipe(hub, "A1"), category=LAMP, version="2"))
    hub.settle()
    ((category,),) = hub.rows("SELECT category FROM incident")
    assert before != category
    assert [(category,)] == hub.rows("SELECT DISTINCT category FROM whistle")


def test_whistles_that_come_to_another_matter_say_what_that_is(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"), replace(far(hub), category=Code("hl-2024", "040301")))
    hub.settle()
    one, other = matter(hub, "A1"), matter(hub, "B1")
    of = dict(hub.rows("SELECT id, category FROM incident"))
    assert of[one] != of[other]
    link(hub, other, one)
    assert {of[one]} == {row[0] for row in rows(hub, "chengguan")}
    part(hub, other, one)
    assert of[other] in {row[0] for row in rows(hub, "chengguan")}


def test_when_a_department_is_due_next_follows_its_moves(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    id_ = whistle_of(hub, "zilai")
    for number, said in enumerate(
        ({"move": "sign"}, {"move": "return", "reason_code": "NOT_MY_AREA", "note": "x"})
    ):
        stored, counted = due(hub, id_)
        assert stored == counted
        hub.hub.reporting.take("zilai", id_, {"nonce": str(number), **said}, hub.clock.now())
    stored, counted = due(hub, id_)
    assert stored == counted
    assert stored is not None
    decide(hub, "zilai", Move.DISMISS, "DUTY_LIST")
    stored, counted = due(hub, id_)
    assert stored == counted
    report(hub, "zilai", "sign", "result")
    assert (None, None) == due(hub, id_)


def test_an_inbox_lists_what_is_open_by_what_is_due_next(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    hub.clock.pause(600)
    hub.tell(far(hub))
    hub.settle()
    with hub.hub.store.read() as conn:
        found = inbox.page(conn, Asked(department="zilai"), 20)
        newest = inbox.page(conn, Asked(department="zilai", which=Which.ALL, order=Order.NEWEST), 20)
        over = inbox.page(conn, Asked(department="zilai", which=Which.OVER, order=Order.NEWEST), 20)
    assert 2 == len(found)
    assert [one.whistle.id for one in found] == [one.whistle.id for one in reversed(newest)]
    assert [] == over


@pytest.mark.parametrize(
    "query",
    [
        {"state": "asleep"},
        {"level": "loud"},
        {"due": "never"},
        {"order": "name"},
        {"which": "mine"},
        {"category": "Ünsinn"},
        {"after": "1.in_0"},
        {"which": "over", "order": "deadline"},
        {"state": "archived", "due": "late"},
    ],
)
def test_a_value_that_is_none_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Refused, match="W210"):
        wanted_of(query)
