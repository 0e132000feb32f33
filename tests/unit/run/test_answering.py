"""Everyone who reported a matter hears how it stands: at once, late, and never of what was over before."""

from dataclasses import replace

import orjson
import pytest
from sqlalchemy import update

from hub.jsonform import dumps
from hub.model import Actor, Code, DepartmentId, Draft, Mode, Move, Role, Stage
from hub.run.matters.deciding import Deciding
from hub.store import whistles as stored
from hub.store.tables import whistle
from tests.instruments import HubInHand, person
from tests.unit.run.lives import decide
from tests.unit.run.matters import DONE, desk, link, matter, part, report, unlink
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import designate
from tests.unit.run.test_moving_on import tell
from tests.unit.run.test_relinking import far, finish


@pytest.fixture
def two(hub: HubInHand) -> tuple[str, str]:
    """Two matters that call the same departments: of A1 and of B1."""
    tell(hub, pipe(hub, "A1"), far(hub))
    return matter(hub, "A1"), matter(hub, "B1")


def heard(hub: HubInHand, ref: str) -> list[str]:
    """The stages that the report of this number was told, in order."""
    said = [orjson.loads(r[0]) for r in hub.rows("SELECT body FROM answer ORDER BY source, seq")]
    return [one["stage"] for one in said if one["source_ref"] == ref]


def texts(hub: HubInHand, ref: str) -> list[str]:
    """The same in words."""
    said = [orjson.loads(r[0]) for r in hub.rows("SELECT body FROM answer ORDER BY source, seq")]
    return [one["text"] for one in said if one["source_ref"] == ref]


def against_zilai(hub: HubInHand, ref: str) -> Draft:
    """A report of the pipe that accuses its lead."""
    name = hub.hub.pack.organisations[DepartmentId("zilai")].name
    return replace(pipe(hub, ref), accused_name=name, requester=person(2))


def let_it_lead(hub: HubInHand, department: str) -> None:
    """Two lead the matter from the beginning."""
    with hub.hub.store.write() as conn:
        ids = [r[0] for r in hub.rows("SELECT id FROM whistle")]
        for one in stored.load(conn, ids).values():
            if one.department == department:
                leads = replace(one, role=Role.LEAD)
                conn.execute(
                    update(whistle).where(whistle.c.id == one.id).values(role="lead", body=dumps(leads))
                )


def test_of_two_leads_the_first_check_does_not_close_what_the_other_is_at(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    let_it_lead(hub, "shizheng")
    report(hub, "zilai", "sign", "result")
    decide(hub, "zilai", Move.CHECK)
    assert ["accepted", "in_progress"] == heard(hub, "A1")
    report(hub, "shizheng", "sign", "return")
    assert ["accepted", "in_progress", "in_progress", "returned"] == heard(hub, "A1")
    hub.clock.pause(60)
    report(hub, "shizheng", "sign", "result")
    assert ["accepted", "done_by_dept"] == heard(hub, "A1")[-2:]
    decide(hub, "shizheng", Move.CHECK)
    assert ("closed", 1) == (heard(hub, "A1")[-1], heard(hub, "A1").count("closed"))


def test_what_nobody_checks_is_closed_to_its_reporter_with_the_archive(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign", "result")
    decide(hub, "zilai", Move.ARCHIVE, actor=Actor.HUB)
    assert ["accepted", "done_by_dept", "closed"] == heard(hub, "A1")
    texts = [orjson.loads(r[0])["text"] for r in hub.rows("SELECT body FROM answer ORDER BY seq")]
    assert ("归档" in texts[-1], "核查通过" in texts[-1]) == (True, False)


def test_a_lead_that_was_checked_before_the_last_other_is_called_off_closes_the_matter_for_good(
    hub: HubInHand,
) -> None:
    tell(hub, pipe(hub, "A1"))
    let_it_lead(hub, "shizheng")
    report(hub, "zilai", "sign", "result")
    decide(hub, "zilai", Move.CHECK)
    accused = hub.hub.pack.organisations[DepartmentId("shizheng")].name
    tell(hub, replace(pipe(hub, "A2"), accused_name=accused, requester=person(2)))
    assert [("verified",)] == hub.rows("SELECT state FROM incident")
    assert ["done_by_dept", "closed"] == heard(hub, "A1")[-2:]


def test_who_assists_hands_back_and_finishes_without_the_matters_doing_so(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign")
    report(hub, "shizheng", "sign", "return")
    report(hub, "jiedao_12", "sign", "result")
    assert ["accepted", "in_progress", "in_progress", "in_progress"] == heard(hub, "A1")


def test_of_who_assists_nothing_is_heard_before_a_lead_has_taken_the_matter(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "shizheng", "sign", "contact")
    assert [] == heard(hub, "A1")
    report(hub, "zilai", "sign")
    report(hub, "shizheng", "arrive")
    assert ["accepted", "in_progress"] == heard(hub, "A1")


@pytest.mark.nasty("N11")
def test_what_its_source_takes_back_is_not_handed_back(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign", "return")
    decide(hub, "zilai", Move.UPHOLD)
    designate(hub, "shizheng")
    report(hub, "shizheng", "sign")
    tell(hub, replace(pipe(hub, "A1"), version="2", stage=Stage.CANCELLED))
    assert [("cancelled",)] == hub.rows("SELECT state FROM incident")
    assert ["accepted", "returned", "accepted"] == heard(hub, "A1")


def test_a_matter_whose_lead_is_accused_and_that_waits_for_another_is_handed_back(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign")
    tell(hub, against_zilai(hub, "A2"))
    assert [(matter(hub, "A1"), "lead_is_accused")] == desk(hub)
    assert (["accepted", "returned"], ["returned"]) == (heard(hub, "A1"), heard(hub, "A2"))


def test_a_matter_that_another_department_is_called_for_is_not_handed_back(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign")
    tell(hub, replace(pipe(hub, "A1"), version="2", category=Code("hl-2024", "010202")))
    assert [] == desk(hub)
    assert ["accepted"] == heard(hub, "A1")


@pytest.mark.nasty("N78")
def test_a_report_that_only_a_back_fill_told_of_is_not_answered(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "OLD"), mode=Mode.BACKFILL)
    tell(hub, pipe(hub, "NEW"))
    report(hub, "zilai", "sign")
    assert ([], ["accepted"]) == (heard(hub, "OLD"), heard(hub, "NEW"))


@pytest.mark.nasty("N78")
def test_a_back_fill_that_goes_on_at_its_source_is_answered_from_then_on(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "OLD"), mode=Mode.BACKFILL)
    tell(hub, pipe(hub, "NEW"))
    report(hub, "zilai", "sign")
    tell(hub, replace(pipe(hub, "OLD"), version="2", content="又冒水了。"))
    report(hub, "zilai", "contact")
    assert (["in_progress"], ["accepted", "in_progress"]) == (heard(hub, "OLD"), heard(hub, "NEW"))


@pytest.mark.nasty("N15", "N16")
@pytest.mark.parametrize(
    ("moves", "stage"),
    [
        pytest.param((), [], id="nobody has taken it"),
        pytest.param(("sign",), ["accepted"], id="signed"),
        pytest.param(("sign", "contact"), ["in_progress"], id="contacted"),
        pytest.param(("sign", "arrive"), ["in_progress"], id="there"),
        pytest.param(("sign", "return"), ["returned"], id="handed back"),
        pytest.param(("sign", "result"), ["done_by_dept"], id="done"),
    ],
)
def test_a_neighbour_who_joins_late_is_told_how_the_matter_stands(
    hub: HubInHand, moves: tuple[str, ...], stage: list[str]
) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", *moves)
    tell(hub, replace(pipe(hub, "A2"), same_as=("A1",)))
    assert matter(hub, "A1") == matter(hub, "A2")
    assert stage == heard(hub, "A2")


def test_who_joins_late_is_told_who_is_at_it_and_not_who_has_done_its_part(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    let_it_lead(hub, "shizheng")
    report(hub, "zilai", "sign", "result")
    tell(hub, pipe(hub, "A2"))
    report(hub, "shizheng", "sign")
    tell(hub, pipe(hub, "A3"))
    names = hub.hub.pack.organisations
    zilai, shizheng = (names[DepartmentId(one)].name for one in ("zilai", "shizheng"))
    assert f"{zilai}已处置完毕，事项仍在办理" == texts(hub, "A2")[0]
    assert [f"{shizheng}正在处置"] == texts(hub, "A3")


def test_who_joins_late_hears_the_rest_with_everyone(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign", "contact")
    tell(hub, pipe(hub, "A2"))
    report(hub, "zilai", "result")
    decide(hub, "zilai", Move.CHECK)
    assert ["in_progress", "done_by_dept", "closed"] == heard(hub, "A2")
    assert ["accepted", "in_progress", "done_by_dept", "closed"] == heard(hub, "A1")


@pytest.mark.nasty("N78")
def test_a_back_fill_that_joins_late_is_told_nothing(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign")
    tell(hub, pipe(hub, "OLD"), mode=Mode.BACKFILL)
    assert (matter(hub, "A1"), []) == (matter(hub, "OLD"), heard(hub, "OLD"))


@pytest.mark.nasty("N12")
def test_what_is_merged_into_a_matter_at_work_is_told_how_that_stands_each_time(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"), far(hub))
    one, other = matter(hub, "A1"), matter(hub, "B1")
    rows = hub.rows("SELECT incident_id, id FROM whistle WHERE department = 'zilai'")
    signed = next(r[1] for r in rows if r[0] == one)
    hub.hub.reporting.take("zilai", signed, {"nonce": "1", "move": "sign"}, hub.clock.now())
    link(hub, other, one)
    assert ["accepted"] == heard(hub, "B1")
    report(hub, "zilai", "contact")
    part(hub, other, one)
    assert ["accepted", "in_progress"] == heard(hub, "B1")
    link(hub, other, one)
    assert ["accepted", "in_progress", "in_progress"] == heard(hub, "B1")


@pytest.mark.nasty("N12")
def test_what_comes_back_from_a_wrong_merge_is_told_how_its_own_matter_stands(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"), far(hub))
    one, other = matter(hub, "A1"), matter(hub, "B1")
    ids = dict(hub.rows("SELECT incident_id, id FROM whistle WHERE department = 'zilai'"))
    take = hub.hub.reporting.take
    take("zilai", ids[other], {"nonce": "1", "move": "sign"}, hub.clock.now())
    take("zilai", ids[other], {"nonce": "2", "move": "result", "form": DONE}, hub.clock.now())
    take("zilai", ids[one], {"nonce": "1", "move": "sign"}, hub.clock.now())
    link(hub, other, one)
    part(hub, other, one)
    assert ["accepted", "done_by_dept", "reopened", "accepted", "done_by_dept"] == heard(hub, "B1")


@pytest.mark.nasty("N12")
def test_who_is_taken_out_of_a_matter_that_is_closed_hears_that_theirs_goes_on(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"), pipe(hub, "A2"))
    report(hub, "zilai", "sign", "result")
    decide(hub, "zilai", Move.CHECK)
    unlink(hub, "A2")
    assert ["accepted", "done_by_dept", "closed", "reopened"] == heard(hub, "A2")
    assert ["accepted", "done_by_dept", "closed"] == heard(hub, "A1")
    report(hub, "zilai", "sign")
    assert "accepted" == heard(hub, "A2")[-1]


def test_who_is_taken_out_of_a_matter_at_work_hears_of_it_with_the_next_step(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"), pipe(hub, "A2"))
    report(hub, "zilai", "sign")
    unlink(hub, "A2")
    assert ["accepted"] == heard(hub, "A2")


@pytest.mark.nasty("N12")
def test_who_is_taken_out_of_a_matter_that_is_done_hears_that_theirs_goes_on_and_of_the_end_once_more(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    one, other = two
    finish(hub, one)
    link(hub, other, one)
    assert ["done_by_dept"] == heard(hub, "B1")
    part(hub, other, one)
    assert ["done_by_dept", "reopened"] == heard(hub, "B1")
    link(hub, other, one)
    assert ["done_by_dept", "reopened", "done_by_dept"] == heard(hub, "B1")


@pytest.mark.nasty("N12")
def test_what_was_done_and_is_merged_into_what_is_at_work_goes_on(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    one, other = two
    finish(hub, other)
    link(hub, other, one)
    assert ["accepted", "done_by_dept", "reopened"] == heard(hub, "B1")
    assert "已处置的事项继续办理" in texts(hub, "B1")[-1]


@pytest.mark.nasty("N12")
@pytest.mark.parametrize("move", [Move.CHECK, Move.ARCHIVE])
def test_what_was_checked_while_it_was_merged_is_closed_once_it_is_back(
    hub: HubInHand, two: tuple[str, str], move: Move
) -> None:
    one, other = two
    finish(hub, other)
    link(hub, other, one)
    (done,) = (r[0] for r in hub.rows("SELECT id, state FROM whistle") if r[1] == "result")
    dispatch, now = hub.hub.dispatch("centre"), hub.clock.now()
    with hub.hub.store.write() as conn:
        Deciding(conn, dispatch, hub.hub.pack, by="zhongxin01", at=now).decide(done, move)
    assert "closed" not in heard(hub, "B1")
    part(hub, other, one)
    assert ("open", "verified") == tuple(
        dict(hub.rows("SELECT id, state FROM incident"))[id_] for id_ in (one, other)
    )
    assert ("closed", 1) == (heard(hub, "B1")[-1], heard(hub, "B1").count("closed"))
