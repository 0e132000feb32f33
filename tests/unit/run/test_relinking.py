"""A person joins and parts matters while their whistles are open: who is told what, and nobody is forgotten."""

from dataclasses import replace

import orjson
import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.errors import Refused
from hub.model import Code, Draft, Mode, Move, Stage, Urgency
from tests.instruments import HubInHand
from tests.unit.run.ledgers import is_whole
from tests.unit.run.lives import decide
from tests.unit.run.matters import (
    DONE,
    announced,
    desk,
    incidents,
    is_sound,
    link,
    matter,
    on,
    part,
    report,
    told,
    unlink,
    whistles,
)
from tests.unit.run.sources import pipe

LAMP = Code("hl-2024", "010202")
UNKNOWN = Code("hl-2024", "999999")
BLOWN, MERGED = ("whistle.v1", ""), ("whistle.cancelled.v1", "merged")
THREE = {("zilai", "blown"), ("jiedao_12", "blown"), ("shizheng", "blown")}
CALLED_OFF = {(department, "cancelled") for department, _ in THREE}


@pytest.fixture
def two(hub: HubInHand) -> tuple[str, str]:
    """Two burst pipes of one subdistrict, each with its three departments."""
    return _two(hub)


def _two(hub: HubInHand, **changes: object) -> tuple[str, str]:
    """The first matter, and another one that the same subdistrict would take."""
    hub.tell(pipe(hub, "A1"), replace(far(hub), **changes))  # type: ignore[arg-type]  # fields of Draft
    hub.settle()
    return matter(hub, "A1"), matter(hub, "B1")


def far(hub: HubInHand) -> Draft:
    """A burst pipe in the same subdistrict as the first one, too far away to be the same."""
    near = pipe(hub, "B1")
    assert near.position is not None
    return replace(near, position=replace(near.position, x=near.position.x + 0.004))


def finish(hub: HubInHand, incident: str) -> None:
    """The lead of a burst pipe hands in its result."""
    rows = hub.rows("SELECT incident_id, id FROM whistle WHERE department = 'zilai'")
    (whistle,) = (r[1] for r in rows if r[0] == incident)
    for nonce, said in (("1", {"move": "sign"}), ("2", {"move": "result", "form": DONE})):
        hub.hub.reporting.take("zilai", whistle, {"nonce": nonce, **said}, hub.clock.now())


@pytest.mark.nasty("N12")
def test_of_two_whistles_of_one_department_the_merged_matters_is_called_off(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    one, other = two
    link(hub, other, one)
    assert THREE == on(hub, one)
    assert [BLOWN, BLOWN, MERGED] == told(hub, "zilai")
    assert is_sound(hub)


@pytest.mark.nasty("N12")
def test_a_department_that_only_the_merged_matter_called_goes_on_under_the_other(hub: HubInHand) -> None:
    one, other = _two(hub, category=Code("hl-2024", "040301"))
    before = hub.rows("SELECT id, due_us FROM whistle WHERE department = 'chengguan'")
    link(hub, other, one)
    assert ("chengguan", "blown") in on(hub, one)
    assert [BLOWN] == told(hub, "chengguan")
    assert before == hub.rows("SELECT id, due_us FROM whistle WHERE department = 'chengguan'")
    report(hub, "chengguan", "sign")
    assert {"A1", "B1"} == {orjson.loads(r[0])["source_ref"] for r in hub.rows("SELECT body FROM answer")}
    assert is_sound(hub)


@pytest.mark.nasty("N12")
def test_un_merging_gives_back_what_moved_and_calls_again_what_was_called_off(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    one, other = two
    link(hub, other, one)
    part(hub, other, one)
    assert THREE == on(hub, one)
    assert THREE | CALLED_OFF == on(hub, other)
    assert [BLOWN, BLOWN, MERGED, BLOWN] == told(hub, "zilai")
    assert is_sound(hub)


@pytest.mark.nasty("N12")
def test_merging_and_un_merging_over_and_over_ends_as_it_began(hub: HubInHand) -> None:
    one, other = _two(hub, category=Code("hl-2024", "040301"))
    before = (on(hub, one), {w for w in on(hub, other) if w[1] != "cancelled"})
    for _ in range(3):
        link(hub, other, one)
        assert is_sound(hub)
        part(hub, other, one)
        assert is_sound(hub)
    assert before == (on(hub, one), {w for w in on(hub, other) if w[1] != "cancelled"})
    assert [BLOWN] == told(hub, "chengguan")


@pytest.mark.nasty("N12")
def test_what_a_merge_brought_stays_when_the_route_is_asked_again(hub: HubInHand) -> None:
    one, other = _two(hub, category=Code("hl-2024", "040301"))
    link(hub, other, one)
    hub.tell(replace(pipe(hub, "A1"), category=LAMP, version="2"))
    hub.settle()
    assert ("chengguan", "blown") in on(hub, one)
    assert ("zilai", "cancelled") in on(hub, one)


@pytest.mark.nasty("N12")
def test_a_merged_matter_closes_when_the_leads_of_both_are_done(hub: HubInHand) -> None:
    one, other = _two(hub, category=Code("hl-2024", "040301"))
    link(hub, other, one)
    report(hub, "chengguan", "sign", "result")
    assert "open" == announced(hub, one)[-1][1]
    report(hub, "zilai", "sign", "result")
    assert "closed" == announced(hub, one)[-1][1]


@pytest.mark.nasty("N12")
def test_a_matter_whose_lead_was_done_while_it_was_merged_is_closed_when_it_comes_back(
    hub: HubInHand,
) -> None:
    one, other = _two(hub, category=Code("hl-2024", "040301"))
    link(hub, other, one)
    report(hub, "chengguan", "sign", "result")
    part(hub, other, one)
    assert ("open", "closed") == (announced(hub, one)[-1][1], announced(hub, other)[-1][1])
    assert ([], THREE) == (desk(hub), on(hub, one))
    assert is_sound(hub)


@pytest.mark.nasty("N12")
@pytest.mark.parametrize("end", ["closed", "verified"])
def test_what_only_a_merged_matters_lead_had_done_is_to_be_done_still_once_that_is_undone(
    hub: HubInHand, end: str
) -> None:
    one, other = _two(hub, category=UNKNOWN)
    link(hub, one, other)
    hub.tell(replace(far(hub), version="2"))  # a pipe, too: its department is at it already
    hub.settle()
    report(hub, "zilai", "sign", "result")
    if end == "verified":
        decide(hub, "zilai", Move.CHECK)
    assert end == announced(hub, other)[-1][1]
    part(hub, one, other)
    assert ("open", end) == (announced(hub, other)[-1][1], announced(hub, one)[-1][1])
    assert ({("zilai", "blown")}, []) == ({w for w in on(hub, other) if w[0] == "zilai"}, desk(hub))
    said = [orjson.loads(r[0]) for r in hub.rows("SELECT body FROM answer ORDER BY seq")]
    assert "reopened" == [each["stage"] for each in said if each["source_ref"] == "B1"][-1]
    assert is_sound(hub)


@pytest.mark.nasty("N12")
def test_what_a_merged_matters_lead_had_done_and_nobody_takes_waits_at_the_desk_once_that_is_undone(
    hub: HubInHand,
) -> None:
    one, other = _two(hub, category=UNKNOWN)
    link(hub, one, other)
    report(hub, "zilai", "sign", "result")
    part(hub, one, other)
    assert ("open", "closed") == (announced(hub, other)[-1][1], announced(hub, one)[-1][1])
    assert [(other, "category_unmapped")] == desk(hub)


@pytest.mark.nasty("N11", "N12")
def test_what_its_source_let_go_of_is_not_to_be_done_still(hub: HubInHand) -> None:
    one, other = _two(hub, category=UNKNOWN)
    link(hub, one, other)
    report(hub, "zilai", "sign", "result")
    hub.tell(replace(far(hub), stage=Stage.CANCELLED, version="2"))
    hub.settle()
    part(hub, one, other)
    assert ("closed", []) == (announced(hub, other)[-1][1], desk(hub))


@pytest.mark.nasty("N10")
def test_a_matter_merged_into_a_closed_one_ends_with_it_and_un_merged_goes_on(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    one, other = two
    finish(hub, one)
    link(hub, other, one)
    assert CALLED_OFF == on(hub, other)
    assert "closed" == announced(hub, one)[-1][1]
    part(hub, other, one)
    assert THREE <= on(hub, other)
    assert ("closed", "open") == (announced(hub, one)[-1][1], announced(hub, other)[-1][1])
    assert is_sound(hub)


@pytest.mark.nasty("N10", "N12")
def test_who_reported_what_is_merged_into_a_closed_matter_is_told_its_result(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    one, other = two
    finish(hub, one)
    for _ in range(2):  # each time, since theirs was open again in between
        link(hub, other, one)
        part(hub, other, one)
    said = [orjson.loads(r[0]) for r in hub.rows("SELECT body FROM answer")]
    assert 2 * ["done_by_dept", "reopened"] == [each["stage"] for each in said if each["source_ref"] == "B1"]


def test_a_closed_matter_that_is_un_merged_stays_closed(hub: HubInHand, two: tuple[str, str]) -> None:
    one, other = two
    finish(hub, other)
    link(hub, other, one)
    part(hub, other, one)
    assert "closed" == announced(hub, other)[-1][1]
    assert is_sound(hub)


def test_a_matter_at_the_desk_leaves_it_with_the_one_it_is_merged_into(hub: HubInHand) -> None:
    one, other = _two(hub, category=UNKNOWN)
    assert [(other, "category_unmapped")] == desk(hub)
    link(hub, other, one)
    assert [] == desk(hub)
    part(hub, other, one)
    assert [(other, "category_unmapped")] == desk(hub)


def test_a_matter_at_the_desk_gets_the_departments_of_what_is_merged_into_it(hub: HubInHand) -> None:
    one, other = _two(hub, category=UNKNOWN)
    link(hub, one, other)
    assert (THREE, []) == (on(hub, other), desk(hub))
    part(hub, one, other)
    assert (THREE, [(other, "category_unmapped")]) == (on(hub, one), desk(hub))


@pytest.mark.nasty("N78")
def test_history_that_a_live_matter_is_merged_into_calls_nobody_twice(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "OLD", 5), mode=Mode.BACKFILL)
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    old, one = matter(hub, "OLD"), matter(hub, "A1")
    link(hub, one, old)
    assert THREE == on(hub, old)
    part(hub, one, old)
    assert (set(), THREE) == (on(hub, old), on(hub, one))
    assert [BLOWN] == told(hub, "zilai")


def test_a_cancelled_matter_is_merged_with_nothing(hub: HubInHand) -> None:
    one, other = _two(hub, stage=Stage.CANCELLED)
    with pytest.raises(Refused) as refused:
        link(hub, one, other)
    assert "W206" == refused.value.code


def test_a_report_taken_out_of_its_matter_calls_the_departments_of_its_own(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"), pipe(hub, "A2"))
    hub.settle()
    home = matter(hub, "A1")
    assert home == matter(hub, "A2")
    fresh = unlink(hub, "A2")
    assert (THREE, THREE) == (on(hub, home), on(hub, fresh))
    assert [BLOWN, BLOWN] == told(hub, "zilai")
    assert is_sound(hub)


@pytest.mark.nasty("N78")
def test_history_taken_out_of_a_matter_calls_nobody(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "OLD"), mode=Mode.BACKFILL)
    hub.settle()
    hub.tell(pipe(hub, "NEW"))
    hub.settle()
    fresh = unlink(hub, "OLD")
    assert (set(), []) == (on(hub, fresh), desk(hub))
    assert "blown" == whistles(hub)["zilai"]


def test_a_report_near_one_that_was_unlinked_joins_its_matter_and_calls_nobody_anew(hub: HubInHand) -> None:
    for ref in ("A1", "A2"):
        hub.tell(pipe(hub, ref))
        hub.settle()
    hub.clock.pause(60)
    fresh = unlink(hub, "A2")
    hub.tell(replace(pipe(hub, "A1"), stage=Stage.CANCELLED, version="2"))
    hub.settle()
    hub.clock.pause(60)
    hub.tell(pipe(hub, "A3"))
    hub.settle()
    assert fresh == matter(hub, "A3")
    assert 2 == len(incidents(hub))


def test_who_was_called_only_for_the_report_that_left_is_told_that_it_was_unlinked(hub: HubInHand) -> None:
    """The police assist with noise that is urgent, and only the report that leaves says so."""
    calm = replace(pipe(hub, "A1"), category=Code("hl-2024", "050301"))
    hub.tell(calm, replace(calm, source_ref="A2", same_as=("A1",), urgency=Urgency.URGENT))
    hub.settle()
    home = matter(hub, "A1")
    assert ("gongan", "blown") in on(hub, home)
    fresh = unlink(hub, "A2")
    assert ("gongan", "cancelled") in on(hub, home)
    assert ("gongan", "blown") in on(hub, fresh)
    assert {BLOWN, ("whistle.cancelled.v1", "unlinked")} == set(told(hub, "gongan"))
    assert is_sound(hub)


def test_every_change_by_a_person_is_announced(hub: HubInHand, two: tuple[str, str]) -> None:
    one, other = two
    link(hub, other, one)
    part(hub, other, one)
    assert [(1, "open"), (2, "open"), (3, "open")] == announced(hub, one)
    assert [(1, "open"), (2, "merged"), (3, "open")] == announced(hub, other)
    hub.tell(replace(pipe(hub, "A2")))
    hub.settle()
    fresh = unlink(hub, "A2")
    assert [(1, "open")] == announced(hub, fresh)
    assert (5, "open") == announced(hub, one)[-1]


@pytest.mark.nasty("N11", "N12")
def test_a_matter_withdrawn_while_it_was_merged_is_over_when_it_comes_back(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    one, other = two
    link(hub, other, one)
    hub.clock.pause(60)
    hub.tell(replace(far(hub), stage=Stage.CANCELLED, version="2"))
    hub.settle()
    assert THREE == on(hub, one)
    part(hub, other, one)
    assert ("cancelled", CALLED_OFF, THREE) == (announced(hub, other)[-1][1], on(hub, other), on(hub, one))


def test_a_matter_all_of_whose_own_reports_have_left_survives_un_merging(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    one, other = two
    link(hub, other, one)
    unlink(hub, "A1")
    part(hub, other, one)
    assert THREE <= on(hub, other)


def test_a_person_links_and_parts_from_the_command_line(
    hub: HubInHand, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    monkeypatch.setenv("GRIDPLUS_HOME", str(hub.hub.settings.home))
    monkeypatch.setenv("GRIDPLUS_CLOCK_START", "2026-03-10T09:30:00+08:00")
    for command in ("link", "unmerge"):
        said = ["review", command, other, one, "--by", "desk", "--store", hub.hub.settings.store_url]
        done = CliRunner().invoke(main, said)
        assert 0 == done.exit_code, done.output
    assert (THREE, THREE | CALLED_OFF) == (on(hub, one), on(hub, other))
    assert is_whole(hub)


def test_who_is_linked_late_from_a_command_line_without_sources_is_told_by_their_worker(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    one, other = two
    finish(hub, one)
    told = "SELECT state, count(*) FROM answer GROUP BY state"
    before = dict(hub.rows(told)).get("waiting", 0)
    said = ["review", "link", other, one, "--by", "desk", "--store", hub.hub.settings.store_url]
    place = {"GRIDPLUS_HOME": str(hub.hub.settings.home)}
    assert 0 == CliRunner().invoke(main, said, env=place).exit_code
    assert {"waiting": before + 1} == dict(hub.rows(told))
