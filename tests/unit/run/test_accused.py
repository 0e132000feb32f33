"""被诉单位: whenever a report names it, it is neither called nor shown the matter (domain.md 2.5)."""

from dataclasses import replace

import pytest

from hub.model import DepartmentId, Draft, Mode
from tests.instruments import HubInHand, demo_pack, person
from tests.unit.run.granting import opened
from tests.unit.run.matters import desk, incidents, is_sound, link, matter, on, report, told_now, unlink
from tests.unit.run.sources import pipe
from tests.unit.run.test_relinking import CALLED_OFF, THREE, far

LEAD = DepartmentId("zilai")


def against(draft: Draft) -> Draft:
    """The same report, complaining about the department that would lead."""
    return replace(draft, accused_name=demo_pack().organisations[LEAD].name, requester=person(2))


def tell(hub: HubInHand, draft: Draft, mode: Mode = Mode.LIVE) -> None:
    """Told and handled, a minute later."""
    hub.clock.pause(60)
    hub.tell(draft, mode=mode)
    hub.settle()


def shown(hub: HubInHand) -> list[dict[str, object]]:
    """What the accused sees of its whistles, opened and fetched."""
    ids = [r[0] for r in hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")]
    fetched = [one["data"] for one in told_now(hub, LEAD)]
    return [*(opened(hub.hub, LEAD, one) for one in ids), *fetched]


@pytest.mark.nasty("N59")
@pytest.mark.parametrize(
    ("said", "mode"),
    [
        pytest.param(lambda hub: replace(against(pipe(hub, "A1")), version="2"), Mode.LIVE, id="revision"),
        pytest.param(lambda hub: against(pipe(hub, "A2")), Mode.LIVE, id="another report"),
        pytest.param(lambda hub: against(pipe(hub, "A2")), Mode.BACKFILL, id="another report from history"),
    ],
)
@pytest.mark.parametrize("moves", [(), ("sign",), ("sign", "arrive")], ids=["blown", "signed", "there"])
def test_a_department_that_is_accused_later_is_called_off_and_shown_nothing_more(
    hub: HubInHand, said: object, mode: Mode, moves: tuple[str, ...]
) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, LEAD, *moves)
    tell(hub, said(hub), mode)  # type: ignore[operator]  # a function of the hub
    (one,) = incidents(hub)
    assert CALLED_OFF == on(hub, one)
    assert [(one, "lead_is_accused")] == desk(hub)
    assert not any("incident" in each or each.get("reports") for each in shown(hub))
    assert is_sound(hub)


@pytest.mark.nasty("N59")
def test_an_accusation_in_the_batch_that_opens_the_matter_counts(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"), against(pipe(hub, "A2")))
    hub.settle()
    (one,) = incidents(hub)
    assert (set(), [(one, "lead_is_accused")]) == (on(hub, one), desk(hub))


@pytest.mark.nasty("N12", "N59")
def test_a_merge_with_a_matter_that_accuses_a_department_calls_it_off(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"), against(far(hub)))
    hub.settle()
    one, other = matter(hub, "A1"), matter(hub, "B1")
    assert (THREE, set()) == (on(hub, one), on(hub, other))
    link(hub, other, one)
    assert CALLED_OFF == on(hub, one)
    assert is_sound(hub)


@pytest.mark.nasty("N59")
def test_once_the_report_that_accuses_has_left_the_department_is_called_again(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, against(pipe(hub, "A2")))
    unlink(hub, "A2")
    assert THREE <= on(hub, matter(hub, "A1"))
    assert is_sound(hub)
