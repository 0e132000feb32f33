"""No department wins time by an edit of the report, by a merge or its undoing, or by being called anew; the source's
own clocks follow their keepers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from hub.errors import Refused
from hub.model import (
    Code,
    Deadline,
    Duration,
    Level,
    Move,
    Role,
    Satisfaction,
    SourceClock,
    Stage,
    Unit,
    Urgency,
    WaitRules,
    Whistle,
)
from hub.store import whistles as stored
from hub.store.tables import step
from tests.instruments import HubInHand
from tests.unit.run.lives import blow, decide, review, upgrade
from tests.unit.run.matters import incidents, is_sound, link, matter, part, report, told, whistles
from tests.unit.run.sources import pipe
from tests.unit.run.test_blowing import REVIEWED, community
from tests.unit.run.test_deciding import designate
from tests.unit.run.test_lives import as_if, send
from tests.unit.run.test_moving_on import tell
from tests.unit.run.test_relinking import far, finish

LAMP = Code("hl-2024", "010202")
"""What calls others than a burst pipe does."""
STREET = Code("hl-2024", "040301")
"""What calls another lead beside it."""


def standing(hub: HubInHand, department: str, incident: str = "") -> Whistle:
    """The department's newest whistle, of that matter where one is named."""
    with hub.hub.store.read() as conn:
        of = stored.of_incidents(conn, [incident] if incident else incidents(hub))
    known = [one for some in of.values() for one in some if one.department == department]
    return max(known, key=lambda one: (one.state != "cancelled", one.blown_at))


def due(hub: HubInHand, department: str, incident: str = "") -> dict[str, datetime]:
    """Step → when it is due by that whistle."""
    return {one.step: one.due_at for one in standing(hub, department, incident).deadlines}


def deadline_of(hub: HubInHand, department: str, name: str) -> Deadline:
    """One deadline with its derivation."""
    return next(one for one in standing(hub, department).deadlines if one.step == name)


def sent(hub: HubInHand, department: str, incident: str, move: str) -> None:
    """The department makes this move with its whistle of that matter."""
    said = {"nonce": move, "move": move}
    hub.hub.reporting.take(department, standing(hub, department, incident).id, said, hub.clock.now())


def tick(hub: HubInHand) -> None:
    """Clockwork looks until it has nothing to do."""
    clockwork = hub.hub.plain_clockwork()
    while clockwork.step():
        pass


def overdue(hub: HubInHand, department: str) -> list[tuple[str, str]]:
    """(step, why it does not count) of every late step of a department."""
    of = {r[0] for r in hub.rows("SELECT id, department FROM whistle") if r[1] == department}
    rows = hub.rows("SELECT whistle_id, step, excused FROM overdue ORDER BY due_us, excused")
    return [(r[1], r[2]) for r in rows if r[0] in of]


# -- an edit of the report -----------------------------------------------------------------------------


def revised(hub: HubInHand, version: int, **changes: object) -> None:
    """The source sends its report once more."""
    tell(hub, replace(pipe(hub, "A1"), version=str(version), **changes))  # type: ignore[arg-type]


def called_elsewhere_and_back(hub: HubInHand, version: int, minutes: int = 0) -> None:
    """`minutes`: how long it is called elsewhere."""
    revised(hub, version, category=LAMP)
    assert "cancelled" == whistles(hub)["zilai"]
    hub.clock.pause(minutes * 60)
    revised(hub, version + 1)


def taken_up_again(hub: HubInHand, version: int, minutes: int = 0) -> None:
    """`minutes`: how long it is withdrawn."""
    revised(hub, version, stage=Stage.CANCELLED)
    assert "cancelled" == whistles(hub)["zilai"]
    hub.clock.pause(minutes * 60)
    revised(hub, version + 1)


EDITS = pytest.mark.parametrize("edit", [called_elsewhere_and_back, taken_up_again])


@EDITS
@pytest.mark.parametrize("minutes", [25, 90])
def test_no_edit_of_its_report_moves_a_deadline_later(
    hub: HubInHand, edit: Callable[[HubInHand, int], None], minutes: int
) -> None:
    """Before the first signature is due, and after it was missed."""
    revised(hub, 1)
    first = due(hub, "zilai")
    for version in (2, 4):
        hub.clock.pause(minutes * 60)
        edit(hub, version)
        assert "blown" == whistles(hub)["zilai"]
        assert first == due(hub, "zilai")
    (why,) = [one for one in deadline_of(hub, "zilai", "sign").derivation if one.rule == "carried"]
    assert {"whistle", "clock_began", "at"} == why.facts.keys()


@EDITS
def test_a_signature_that_was_missed_before_an_edit_is_one_late_step_and_not_two(
    hub: HubInHand, edit: Callable[[HubInHand, int], None]
) -> None:
    revised(hub, 1)
    hub.clock.pause(3600)
    edit(hub, 2)
    hub.clock.pause(60)
    tick(hub)
    assert [("sign", ""), ("sign", "carried")] == overdue(hub, "zilai")


@EDITS
def test_what_fell_due_while_an_edit_had_called_the_department_off_is_late(
    hub: HubInHand, edit: Callable[[HubInHand, int, int], None]
) -> None:
    """Off after ten minutes, back after thirty-five: the signature was due in between."""
    revised(hub, 1)
    hub.clock.pause(600)
    edit(hub, 2, 25)
    tick(hub)
    assert [("sign", "")] == overdue(hub, "zilai")


@EDITS
def test_what_was_signed_in_time_before_an_edit_is_signed_anew_by_a_clock_of_its_own(
    hub: HubInHand, edit: Callable[[HubInHand, int], None]
) -> None:
    revised(hub, 1)
    first = due(hub, "zilai")
    report(hub, "zilai", "sign")
    hub.clock.pause(50 * 60)
    edit(hub, 2)
    again = due(hub, "zilai")
    assert hub.clock.now() < again.pop("sign")
    assert {name: at for name, at in first.items() if name != "sign"} == again


def test_an_upgrade_before_an_edit_is_not_taken_back_nor_put_forward_by_it(hub: HubInHand) -> None:
    revised(hub, 1)
    hub.clock.pause(3600)
    upgrade(hub)
    raised, since = due(hub, "zilai"), hub.clock.now()
    hub.clock.pause(3600)
    called_elsewhere_and_back(hub, 2)
    assert raised == due(hub, "zilai")
    assert since == standing(hub, "zilai").level_since


def test_whom_a_person_calls_after_an_edit_called_them_off_wins_no_time(hub: HubInHand) -> None:
    revised(hub, 1)
    first = due(hub, "zilai")
    hub.clock.pause(1800)
    revised(hub, 2, category=LAMP)
    designate(hub, "zilai")
    assert first == due(hub, "zilai")


def test_whoever_assists_and_is_designated_wins_no_time(hub: HubInHand) -> None:
    revised(hub, 1)
    first = due(hub, "shizheng")
    hub.clock.pause(3600)
    designate(hub, "shizheng")
    assert Role.LEAD is standing(hub, "shizheng").role
    assert first == due(hub, "shizheng")


WAITS = WaitRules(reason_codes=("WAIT",), longest=Duration(1, Unit.URGENT_DAY), most=1)


def use(hub: HubInHand, move: str) -> None:
    """zilai hands it back, pauses, or asks for more time than there is."""
    if move == "return":
        report(hub, "zilai", "return")
        return
    at = max(hub.clock.now(), *due(hub, "zilai").values()) if move == "ask" else hub.clock.now()
    send(hub, "zilai", move=move, reason_code="WAIT", until=(at + timedelta(hours=1)).isoformat())


@pytest.mark.nasty("N40")
@pytest.mark.parametrize("move", ["pause", "ask", "return"])
@EDITS
def test_no_edit_gives_a_department_more_returns_pauses_or_extensions_than_its_contract(
    hub: HubInHand, edit: Callable[[HubInHand, int], None], move: str
) -> None:
    revised(hub, 1)
    as_if(hub, lambda one: replace(one, pauses=WAITS, extensions=replace(WAITS, longest=None)))
    report(hub, "zilai", "sign")
    use(hub, move)
    for version in (2, 4):
        edit(hub, version)
        report(hub, "zilai", "sign")
        with pytest.raises(Refused) as refusal:
            use(hub, move)
        assert ("W105" if move == "return" else "W118") == refusal.value.code


@pytest.mark.nasty("N40")
def test_the_time_for_a_return_runs_from_the_first_call(hub: HubInHand) -> None:
    revised(hub, 1)
    hub.clock.pause(3600)
    called_elsewhere_and_back(hub, 2, 70)
    with pytest.raises(Refused) as refusal:
        report(hub, "zilai", "return")
    assert "W106" == refusal.value.code


@pytest.mark.nasty("N12", "N40")
def test_a_merge_gives_no_return_again(hub: HubInHand) -> None:
    """zilai comes to the lamp's matter with its pipe, for which it had handed it back once."""
    tell(hub, replace(far(hub), category=LAMP))
    revised(hub, 1)
    report(hub, "zilai", "return")
    called_elsewhere_and_back(hub, 2)
    link(hub, matter(hub, "A1"), matter(hub, "B1"))
    with pytest.raises(Refused) as refusal:
        report(hub, "zilai", "return")
    assert "W105" == refusal.value.code


def used_then_merged(hub: HubInHand, move: str) -> tuple[str, str]:
    """zilai, which may pause and ask once, made `move` in the first matter, which is merged into the second one; there, its whistle stays."""
    tell(hub, pipe(hub, "A1"))
    as_if(hub, lambda one: replace(one, pauses=WAITS, extensions=replace(WAITS, longest=None)))
    report(hub, "zilai", "sign")
    use(hub, move)
    hub.clock.pause(600)
    tell(hub, far(hub))
    one, other = matter(hub, "A1"), matter(hub, "B1")
    link(hub, one, other)
    return one, other


@pytest.mark.nasty("N12", "N40")
@pytest.mark.parametrize("move", ["pause", "ask", "return"])
def test_what_was_used_by_a_whistle_that_a_merge_ended_is_used_by_the_one_that_stays_for_it(
    hub: HubInHand, move: str
) -> None:
    one, other = used_then_merged(hub, move)
    report(hub, "zilai", "sign")
    with pytest.raises(Refused) as refusal:
        use(hub, move)
    assert ("W105" if move == "return" else "W118") == refusal.value.code
    hub.clock.pause(60)
    part(hub, one, other)
    sent(hub, "zilai", one, "sign")
    with pytest.raises(Refused):
        use(hub, move)  # by the whistle that calls it for the first matter again


@pytest.mark.nasty("N12", "N40")
def test_who_is_designated_after_a_result_has_what_its_contract_gives(hub: HubInHand) -> None:
    _, other = used_then_merged(hub, "pause")
    tell(hub, replace(pipe(hub, "C1", 3), category=STREET))
    link(hub, matter(hub, "C1"), other)  # whose lead has not done its part yet
    finish(hub, other)
    designate(hub, "zilai", other)
    sent(hub, "zilai", other, "sign")
    use(hub, "pause")


@pytest.mark.nasty("N12", "N40")
def test_a_result_in_one_of_two_matters_that_became_one_gives_no_return_again_in_the_other(
    hub: HubInHand,
) -> None:
    revised(hub, 1)
    report(hub, "zilai", "return")
    revised(hub, 2, category=LAMP)
    tell(hub, far(hub), replace(pipe(hub, "C1", 3), category=STREET))
    one, other = matter(hub, "A1"), matter(hub, "B1")
    revised(hub, 3)
    link(hub, matter(hub, "C1"), other)  # whose lead has not done its part yet
    finish(hub, other)
    link(hub, one, other)
    with pytest.raises(Refused) as refusal:
        report(hub, "zilai", "return")
    assert "W105" == refusal.value.code


@pytest.mark.parametrize("how", ["the centre calls it", "the route calls it"])
def test_whom_a_post_wished_to_call_has_no_clock_before_it_is_called(hub: HubInHand, how: str) -> None:
    revised(hub, 1)
    (new,) = blow(hub, community(hub), Level.EMERGENCY, rules=REVIEWED)
    hub.clock.pause(3 * 3600)
    if how == "the centre calls it":
        designate(hub, new.department)
    else:
        revised(hub, 2, urgency=Urgency.CRITICAL)
    assert () == standing(hub, new.department).carried
    assert all(moment > hub.clock.now() for moment in due(hub, new.department).values())
    tick(hub)
    assert [] == overdue(hub, new.department)


# -- merging -------------------------------------------------------------------------------------------


@pytest.fixture
def apart(hub: HubInHand) -> tuple[str, str]:
    """Two matters that call the same departments, the second one five hours after the first."""
    tell(hub, pipe(hub, "A1"))
    hub.clock.pause(5 * 3600)
    now = hub.clock.now()
    tell(hub, replace(far(hub), reported_at=now, occurred_at=now))
    return matter(hub, "A1"), matter(hub, "B1")


@pytest.mark.nasty("N12")
@pytest.mark.parametrize("into_the_older", [True, False])
def test_of_two_whistles_that_a_merge_makes_one_the_earlier_deadlines_hold(
    hub: HubInHand, apart: tuple[str, str], into_the_older: bool
) -> None:
    old, young = apart
    earliest = due(hub, "zilai", old)
    source, target = (young, old) if into_the_older else (old, young)
    link(hub, source, target)
    assert earliest == due(hub, "zilai", target)
    told_of = [("whistle.v1", ""), ("whistle.v1", ""), ("whistle.cancelled.v1", "merged")]
    assert told_of + ([] if into_the_older else [("whistle.v1", "")]) == told(hub, "zilai")


@pytest.mark.nasty("N12")
def test_a_pause_that_the_contract_allows_moves_what_was_taken_over_by_its_own_length(
    hub: HubInHand, apart: tuple[str, str]
) -> None:
    allowed = WaitRules(reason_codes=("WAIT",), longest=Duration(1, Unit.URGENT_DAY), most=2)
    as_if(hub, lambda one: replace(one, pauses=allowed))
    old, young = apart
    link(hub, old, young)
    report(hub, "zilai", "sign")
    before, begins = due(hub, "zilai", young), hub.clock.now()
    until = (begins + timedelta(hours=20)).isoformat()
    send(hub, "zilai", move="pause", reason_code="WAIT", until=until)
    assert before["finish"] + timedelta(hours=20) == due(hub, "zilai", young)["finish"]
    assert before["sign"] == due(hub, "zilai", young)["sign"]


@pytest.mark.nasty("N12")
def test_whom_an_undone_merge_calls_again_goes_on_by_the_clock_of_before(
    hub: HubInHand, apart: tuple[str, str]
) -> None:
    old, young = apart
    first, second = due(hub, "zilai", old), due(hub, "zilai", young)
    for source, target in ((old, young), (young, old)):
        link(hub, source, target)
        hub.clock.pause(600)
        part(hub, source, target)
        assert first == due(hub, "zilai", old)
        assert all(due(hub, "zilai", young)[name] <= at for name, at in second.items())


@pytest.mark.nasty("N12")
def test_whoever_was_at_a_matter_by_a_merge_and_is_called_for_it_wins_no_time_when_that_is_undone(
    hub: HubInHand,
) -> None:
    tell(hub, replace(pipe(hub, "A1"), category=LAMP), far(hub))
    one, other = matter(hub, "A1"), matter(hub, "B1")
    link(hub, other, one)
    guest = due(hub, "zilai", one)
    hub.clock.pause(600)
    revised(hub, 2)
    part(hub, other, one)
    assert guest == due(hub, "zilai", one) == due(hub, "zilai", other)


@pytest.mark.nasty("N12")
def test_what_fell_due_while_two_matters_were_one_is_not_late_once_they_are_two_again(hub: HubInHand) -> None:
    """Its department was at work on the whole; of the part it is asked anew, until the finish of before."""
    tell(hub, pipe(hub, "A1"), far(hub))
    one, other = matter(hub, "A1"), matter(hub, "B1")
    first = due(hub, "zilai", other)
    link(hub, other, one)
    hub.clock.pause(300)
    for move in ("sign", "contact", "arrive"):
        sent(hub, "zilai", one, move)
    hub.clock.pause(6 * 3600)
    part(hub, other, one)
    again = due(hub, "zilai", other)
    assert first["finish"] == again.pop("finish")
    assert all(moment > hub.clock.now() for moment in again.values())
    tick(hub)
    assert [] == overdue(hub, "zilai")


@pytest.mark.nasty("N40", "N41")
def test_whoever_was_relieved_and_is_designated_is_late_by_none_of_the_centres_time(hub: HubInHand) -> None:
    revised(hub, 1)
    first = due(hub, "zilai")
    report(hub, "zilai", "return")
    hub.clock.pause(20 * 3600)
    decide(hub, "zilai", Move.UPHOLD)
    designate(hub, "zilai")
    again = due(hub, "zilai")
    assert first["finish"] == again.pop("finish")
    assert all(moment > hub.clock.now() for moment in again.values())
    tick(hub)
    assert [] == overdue(hub, "zilai")


# -- the source's own clocks ---------------------------------------------------------------------------


def kept(hub: HubInHand, name: str, days: float) -> SourceClock:
    return SourceClock(name, hub.clock.now() + timedelta(days=days))


@pytest.mark.nasty("N39")
def test_a_deadline_that_its_keeper_extends_is_extended_and_no_other(hub: HubInHand) -> None:
    city, district = kept(hub, "city", 4), kept(hub, "district", 1)
    revised(hub, 1, clocks=(city, district))
    ours = {name: at for name, at in due(hub, "zilai").items() if name != "source"}
    assert district.due_at == due(hub, "zilai")["source"]
    revised(hub, 2, clocks=(city, replace(district, due_at=district.due_at + timedelta(days=2))))
    assert {**ours, "source": district.due_at + timedelta(days=2)} == due(hub, "zilai")
    revised(hub, 3, clocks=(city, replace(district, due_at=district.due_at + timedelta(days=9))))
    assert city.due_at == due(hub, "zilai")["source"]
    assert {"city", "district"} == {
        one.facts["name"] for one in deadline_of(hub, "zilai", "source").derivation
    }
    assert [("whistle.v1", "")] * 3 == told(hub, "zilai")


@pytest.mark.nasty("N39")
def test_a_report_that_joins_with_an_earlier_clock_brings_it_and_takes_it_along(hub: HubInHand) -> None:
    mine, theirs = kept(hub, "district", 2), kept(hub, "city", 0.2)
    revised(hub, 1, clocks=(mine,))
    tell(hub, replace(pipe(hub, "A2"), clocks=(theirs,)))
    assert 1 == len(incidents(hub))
    assert {theirs.due_at} == {due(hub, one)["source"] for one in whistles(hub)}
    tell(hub, replace(pipe(hub, "A2"), version="2", clocks=(theirs,), stage=Stage.CANCELLED))
    assert {mine.due_at} == {due(hub, one)["source"] for one in whistles(hub)}


@pytest.mark.nasty("N39")
def test_what_a_source_extended_in_time_is_not_late_and_what_was_late_stays_a_fact(hub: HubInHand) -> None:
    early = kept(hub, "district", 1)
    revised(hub, 1, clocks=(early,))
    revised(hub, 2, clocks=(replace(early, due_at=early.due_at + timedelta(hours=12)),))
    hub.clock.pause(26 * 3600)
    tick(hub)
    assert "source" not in {name for name, _ in overdue(hub, "zilai")}
    hub.clock.pause(24 * 3600)
    tick(hub)
    noted = [one for one in overdue(hub, "zilai") if one[0] == "source"]
    assert [("source", "")] == noted
    revised(hub, 3, clocks=(replace(early, due_at=early.due_at + timedelta(days=9)),))
    tick(hub)
    assert noted == [one for one in overdue(hub, "zilai") if one[0] == "source"]


@pytest.mark.nasty("N39")
def test_a_later_clock_beside_the_first_is_told_to_nobody_and_refuses_no_report(hub: HubInHand) -> None:
    """Twenty neighbours bring twenty clocks; their departments go on with what they saw."""
    early, late = kept(hub, "city", 1), kept(hub, "district", 3)
    revised(hub, 1, clocks=(early,))
    seen = standing(hub, "zilai").version
    revised(hub, 2, clocks=(early, late))
    assert {"city", "district"} == {one.name for one in standing(hub, "zilai").source_clocks}
    assert [("whistle.v1", "")] == told(hub, "zilai")
    send(hub, "zilai", move="sign", version=seen)
    with pytest.raises(Refused, match="W128"):
        send(hub, "zilai", move="contact", version=seen)


@pytest.mark.nasty("N39")
def test_a_matter_that_is_merged_brings_its_sources_clock(hub: HubInHand) -> None:
    early = kept(hub, "city", 1)
    tell(hub, pipe(hub, "A1"), replace(far(hub), clocks=(early,)))
    one, other = matter(hub, "A1"), matter(hub, "B1")
    assert "source" not in due(hub, "zilai", one)
    link(hub, other, one)
    assert early.due_at == due(hub, "zilai", one)["source"]
    part(hub, other, one)
    assert "source" not in due(hub, "zilai", one)
    assert early.due_at == due(hub, "zilai", other)["source"]


def centre_wants_it_again(hub: HubInHand, **_: object) -> None:
    decide(hub, "zilai", Move.REWORK, "NOT_FIXED")


def requester_is_not_content(hub: HubInHand, **said: object) -> None:
    hub.clock.pause(3600)
    revised(hub, 3, satisfaction=Satisfaction.DISSATISFIED, **said)


@pytest.mark.nasty("N39", "N81")
@pytest.mark.parametrize("again", [centre_wants_it_again, requester_is_not_content])
def test_what_is_done_again_is_due_when_its_source_says_now(
    hub: HubInHand, again: Callable[..., None]
) -> None:
    early = kept(hub, "city", 1)
    later = replace(early, due_at=early.due_at + timedelta(days=8))
    revised(hub, 1, clocks=(early,))
    report(hub, "zilai", "sign", "result")
    revised(hub, 2, clocks=(later,))
    assert early.due_at == due(hub, "zilai")["source"]
    again(hub, clocks=(later,))
    assert ("reopened", later.due_at) == (whistles(hub)["zilai"], due(hub, "zilai")["source"])
    assert 2 == told(hub, "zilai").count(("whistle.v1", ""))
    hub.clock.pause(2 * 86_400)
    tick(hub)
    assert "source" not in {step for step, _ in overdue(hub, "zilai")}


# -- levels --------------------------------------------------------------------------------------------


def level(hub: HubInHand, department: str = "") -> str:
    """Of the department's whistle, or of the first matter."""
    if department:
        return standing(hub, department).level.value
    return str(orjson.loads(hub.rows("SELECT body FROM incident ORDER BY opened_us")[0][0])["level"])


def test_an_emergency_that_a_post_blew_outlasts_an_edit_of_the_report(hub: HubInHand) -> None:
    revised(hub, 1)
    blow(hub, community(hub), Level.EMERGENCY)
    revised(hub, 2, content="门口水管爆了，水很大，改个错字。")
    assert "emergency" == level(hub)
    revised(hub, 3, urgency=Urgency.CRITICAL)
    revised(hub, 4)
    assert "emergency" == level(hub)


def test_an_emergency_that_the_report_itself_made_ends_with_its_correction(hub: HubInHand) -> None:
    revised(hub, 1, urgency=Urgency.CRITICAL)
    assert "emergency" == level(hub)
    revised(hub, 2)
    assert "routine" == level(hub)


@pytest.mark.nasty("N40")
def test_a_matter_that_bounced_and_turns_out_to_lie_elsewhere_calls_at_the_districts_level_there(
    hub: HubInHand,
) -> None:
    """Handed back by everyone who was called; it is called for anew and rises, in one round."""
    revised(hub, 1, urgency=Urgency.CRITICAL)
    for one in ("zilai", "shizheng", "jiedao_12"):
        report(hub, one, "sign", "return")
    revised(hub, 2, position=pipe(hub, "A1", 3).position)
    tell(hub, pipe(hub, "A2", 6))
    assert {"published": 2, "linked": 1, "held": 0, "dead": 0} == hub.account()["fates"]
    assert is_sound(hub)
    assert ("hard", "hard") == (level(hub), level(hub, "jiedao_11"))
    assert [("whistle.v1", "")] == told(hub, "jiedao_11")


def two_leads(hub: HubInHand) -> None:
    """A matter that two departments lead."""
    revised(hub, 1)
    with hub.hub.store.write() as conn:
        known = [one for some in stored.of_incidents(conn, incidents(hub)).values() for one in some]
        led = [one for one in known if one.department in ("zilai", "shizheng")]
        stored.change(
            conn,
            [(replace(o, role=Role.LEAD, version=o.version + 1), o.version) for o in led],
            hub.clock.now(),
        )


def test_what_is_done_again_is_done_at_the_level_that_its_matter_has_reached(hub: HubInHand) -> None:
    two_leads(hub)
    report(hub, "zilai", "sign", "result")
    report(hub, "shizheng", "sign", "arrive")
    upgrade(hub)
    upgrade(hub)
    decide(hub, "zilai", Move.REWORK, "NOT_FIXED")
    assert ("hard", "hard") == (level(hub), level(hub, "zilai"))
    finish = deadline_of(hub, "zilai", "finish")
    (rules,) = (one for one in hub.hub.pack.contracts if one.department == "zilai")
    assert rules.limits_at(Level.HARD)["finish"] == finish.limit


def test_what_waited_for_its_review_is_blown_at_the_level_that_its_matter_has_reached(hub: HubInHand) -> None:
    revised(hub, 1)
    (new,) = blow(hub, community(hub), Level.EMERGENCY, rules=REVIEWED)
    with hub.hub.store.write() as conn:  # as if it had been submitted at a lower level
        stored.change(
            conn, [(replace(new, level=Level.ROUTINE, version=new.version + 1), new.version)], hub.clock.now()
        )
    upgrade(hub)
    routine = replace(REVIEWED, levels={**REVIEWED.levels, Level.ROUTINE: REVIEWED.levels[Level.EMERGENCY]})
    blown = review(hub, "district:329901", new.department, Move.APPROVE, rules=routine)
    assert ("key", Level.KEY) == (level(hub), blown.level)


@pytest.mark.parametrize(("raises", "reached"), [(1, "key"), (2, "hard")])
def test_a_whistle_below_its_matter_rises_to_it_by_the_clock_and_raises_nothing(
    hub: HubInHand, raises: int, reached: str
) -> None:
    """As one that was blown before whistles kept to the level of their matter."""
    revised(hub, 1)
    zilai = standing(hub, "zilai")
    for _ in range(raises):
        upgrade(hub)
    raised = standing(hub, "zilai")
    with hub.hub.store.write() as conn:
        stored.change(conn, [(replace(zilai, version=raised.version + 1), raised.version)], hub.clock.now())
        conn.execute(delete(step))
    hub.clock.pause(8 * 86_400)
    with capture_logs() as logs:
        tick(hub)
        hub.clock.pause(601)
        tick(hub)
    assert (reached, reached) == (level(hub), level(hub, "zilai"))
    assert [] == [one for one in logs if one["event"] == "move_not_made"]
