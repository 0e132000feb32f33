"""Evidence: sealed, a department's own, and doubted where it is missing or old; nothing is refused for a doubt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.clock import SHANGHAI, day_of
from hub.errors import Refused
from hub.intake.filetypes import HEAD, kind_of
from hub.model import Whistle
from hub.run.care.retiring import due, retire
from hub.run.ground.contractbook import keep
from hub.run.matters import evidence as module
from hub.store import evidence, keys, whistles
from hub.store.evidence import Flag
from tests.instruments import HubInHand
from tests.photos import CANARY, photo, scene
from tests.unit.run.lives import whistle_of
from tests.unit.run.matters import DONE, report
from tests.unit.run.sources import pipe
from tests.unit.run.test_lives import send
from tests.unit.run.test_moving_on import tell

PDF = b"%PDF-1.7 an invented page"
pytestmark = pytest.mark.nasty("N80")


@pytest.fixture
def called(hub: HubInHand) -> HubInHand:
    """A hub with two burst pipes, far from each other; zilai was called for the first, and handled it."""
    tell(hub, pipe(hub, "A1"))
    return hub


def hand_in(hub: HubInHand, content: bytes, whistle: str = "", department: str = "zilai") -> str:
    """The department hands this in for its newest whistle; gives back the id."""
    hub.clock.pause(60)
    id_ = whistle or whistle_of(hub, department)
    return hub.hub.evidence.hand_in(department, id_, content, hub.clock.now()).id


def flags(
    hub: HubInHand, form: dict[str, object] | None = None, whistle: str = ""
) -> list[tuple[str, str, str]]:
    """(kind, evidence, other whistle) of what is doubted when the result comes."""
    with hub.hub.store.write() as conn:
        one: Whistle = whistles.load(conn, [whistle or whistle_of(hub, "zilai")]).popitem()[1]
        handed_in = evidence.of_whistles(conn, [one.id]).get(one.id, [])
        found = hub.hub.evidence.doubts(conn, one, handed_in, form, hub.clock.now())
    return [(flag.kind, flag.evidence_id, flag.other_whistle_id) for flag in found]


def test_what_is_handed_in_is_sealed_under_the_whistles_own_key(called: HubInHand) -> None:
    id_ = hand_in(called, photo())
    ((sealed, whistle),) = called.rows("SELECT sealed, whistle_id FROM evidence")
    assert CANARY not in sealed
    assert photo()[:40] not in sealed
    with called.hub.store.read() as conn:
        assert (id_, photo()) == (
            called.hub.evidence.content(conn, id_)[0].id,
            called.hub.evidence.content(conn, id_)[1],
        )
    with called.hub.store.write() as conn:
        assert 1 == keys.destroy(conn, [whistle])
    with called.hub.store.read() as conn, pytest.raises(Refused, match="F136"):
        called.hub.evidence.content(conn, id_)


def test_the_same_file_again_is_the_same_piece(called: HubInHand) -> None:
    assert hand_in(called, PDF) == hand_in(called, PDF) != hand_in(called, PDF + b"2")
    assert [(2,)] == called.rows("SELECT count(*) FROM evidence")


def test_a_department_hands_in_for_its_own_whistles_only(called: HubInHand) -> None:
    mine, theirs = whistle_of(called, "zilai"), whistle_of(called, "jiedao_12")
    for department, whistle in (("zilai", theirs), ("jiedao_12", mine), ("zilai", "wh_0")):
        with pytest.raises(Refused, match="W103"):
            hand_in(called, PDF, whistle, department)
    assert [(0,)] == called.rows("SELECT count(*) FROM evidence")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "W124", id="nothing"),
        pytest.param(b"MZ\x90\x00 a program", "W124", id="a program"),
        pytest.param(b"\x00\x00\x00\x18ftypheic", "W124", id="a kind that nobody can draw"),
        pytest.param(photo()[:300], "F131", id="half a picture"),
    ],
)
def test_what_is_no_evidence_is_refused_by_its_content(called: HubInHand, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        hand_in(called, content)
    assert code == refused.value.code


def test_there_is_an_end_to_it(called: HubInHand) -> None:
    for number in range(module.MOST):
        hand_in(called, PDF + bytes([number]))
    with pytest.raises(Refused, match="W125"):
        hand_in(called, PDF)
    hand_in(called, PDF + b"\x00")  # a retry is no further piece


def test_a_result_without_evidence_is_doubted_where_its_form_asks_for_it(called: HubInHand) -> None:
    assert [("no_evidence", "", "")] == flags(called, {"evidence": []}) == flags(called)
    assert [("no_evidence", "", "")] == flags(called, {"evidence": ["已处理", 7]})  # words show nothing
    id_ = hand_in(called, scene(1))
    assert [] == flags(called) == flags(called, {"evidence": [id_]}) == flags(called, {"evidence": id_})


@pytest.mark.parametrize("asks", [True, False])
def test_where_the_form_does_not_ask_the_pack_decides(called: HubInHand, asks: bool) -> None:
    it, day = called.hub, day_of(called.clock.now())
    rules = it.pack.rules_on(day)
    asking = replace(rules, evaluation=replace(rules.evaluation, evidence=asks))
    pack = replace(it.pack, whistles=(asking,))
    plain = replace(next(one for one in pack.contracts if one.department == "zilai"), version=99, form={})
    book = keep(it.store, [plain], called.clock.now())
    made = module.Evidence(store=it.store, pack=pack, contracts=book, vault=it.vault)
    with it.store.write() as conn:
        whistle = whistles.load(conn, [whistle_of(called, "zilai")]).popitem()[1]
        whistle = replace(whistle, contract_id=plain.id)
        assert asks == bool(made.doubts(conn, whistle, [], {}, called.clock.now()))


def test_naming_what_was_not_handed_in_for_this_whistle_is_a_mistake(called: HubInHand) -> None:
    foreign = hand_in(called, scene(1), department="jiedao_12")
    for named in (foreign, "ed_" + "0" * 32):
        with pytest.raises(Refused, match="W126"):
            flags(called, {"evidence": [named]})


def another_matter(hub: HubInHand, n: int = 3) -> str:
    """A further burst pipe a month later, far away; gives back zilai's whistle for it."""
    hub.clock.pause(30 * 86_400)
    tell(hub, pipe(hub, f"B{n}", n))
    return whistle_of(hub, "zilai")


def test_last_months_photo_is_known_also_when_it_was_scaled(called: HubInHand) -> None:
    first = whistle_of(called, "zilai")
    hand_in(called, scene(7))
    assert [] == flags(called)
    second = another_matter(called)
    fresh, old = hand_in(called, scene(8)), hand_in(called, scene(7, size=(200, 150), quality=40))
    assert [("old_photo", old, first)] == flags(called, {"evidence": [fresh, old]})
    assert [] == flags(called, {"evidence": [fresh]})
    assert [("old_photo", old, first)] == flags(called, whistle=second)


def test_a_page_that_was_handed_in_before_is_known_by_its_bytes(called: HubInHand) -> None:
    first = whistle_of(called, "zilai")
    hand_in(called, PDF)
    another_matter(called)
    page = hand_in(called, PDF)
    assert [("old_photo", page, first)] == flags(called)


def test_departments_at_one_matter_may_show_the_same_photo(called: HubInHand) -> None:
    hand_in(called, scene(7), department="jiedao_12")
    hand_in(called, scene(7))
    assert [] == flags(called)


def test_a_photo_that_was_taken_long_before_the_matter_is_old(called: HubInHand) -> None:
    local = called.clock.now().astimezone(SHANGHAI)
    old = hand_in(called, scene(1, taken=f"{local - timedelta(days=2):%Y:%m:%d %H:%M:%S}"))
    hand_in(called, scene(2, taken=f"{local - timedelta(hours=20):%Y:%m:%d %H:%M:%S}"))
    hand_in(called, scene(3, taken="0000:00:00 00:00:00"))
    assert [("old_photo", old, "")] == flags(called)


def test_a_doubt_is_noted_once_and_never_stands_in_the_way(called: HubInHand) -> None:
    asked = Flag(
        whistle_id="wh_1", round=0, kind=evidence.Doubt.NO_EVIDENCE, at=called.clock.now(), evidence_id=""
    )
    with called.hub.store.write() as conn:
        evidence.add_flags(conn, [asked, asked])
        assert [asked] == evidence.flags_since(conn, asked.at, 10)
        assert {"wh_1"} == evidence.flagged(conn, ["wh_1", "wh_2"])
    report(called, "zilai", "sign", "result")
    assert [("result",)] == called.rows("SELECT state FROM whistle WHERE department = 'zilai'")


def listed(hub: HubInHand) -> list[tuple[str, str, str]]:
    """(whistle, who withdrew it, why) of every doubt."""
    with hub.hub.store.read() as conn:
        found = evidence.flags_since(conn, hub.clock.now() - timedelta(days=99), 10)
    return sorted((one.whistle_id, one.withdrawn_by, one.reason_code) for one in found)


def withdraw(hub: HubInHand, doubted: str, reason_code: str = "SAME_WALL") -> int:
    """The centre looked, and it is in order."""
    hub.clock.pause(60)
    with hub.hub.store.write() as conn:
        return module.withdraw(conn, doubted, by="zhongxin01", reason_code=reason_code, at=hub.clock.now())


def test_a_doubt_that_is_withdrawn_counts_no_more_and_stays_in_the_list(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "jiedao_12", "sign", "result")
    report(hub, "zilai", "sign", "result")
    mine, theirs = whistle_of(hub, "zilai"), whistle_of(hub, "jiedao_12")
    assert {mine, theirs} == flagged(hub)
    for doubted, why, code in ((mine, "又看了一遍", "W114"), ("wh_0", "SEEN", "W142"), ("", "SEEN", "W142")):
        with pytest.raises(Refused) as refused:
            withdraw(hub, doubted, why)
        assert code == refused.value.code
    assert 1 == withdraw(hub, mine)
    assert {theirs} == flagged(hub)
    assert sorted([(mine, "zhongxin01", "SAME_WALL"), (theirs, "", "")]) == listed(hub)
    with pytest.raises(Refused, match="W142"):
        withdraw(hub, mine, "AGAIN")
    assert (mine, "zhongxin01", "SAME_WALL") in listed(hub)


def test_of_one_piece_a_doubt_is_withdrawn_alone_and_noted_again_it_does_not_stand_again(
    called: HubInHand,
) -> None:
    now = called.clock.now()
    one = Flag(whistle_id="wh_1", round=0, kind=evidence.Doubt.OLD_PHOTO, at=now, evidence_id="ed_1")
    other = replace(one, evidence_id="ed_2")
    with called.hub.store.write() as conn:
        evidence.add_flags(conn, [one, other])
    assert 1 == withdraw(called, "ed_1")
    with called.hub.store.write() as conn:
        assert {"wh_1"} == evidence.flagged(conn, ["wh_1"])
        evidence.add_flags(conn, [one])
    assert 1 == withdraw(called, "wh_1")
    with called.hub.store.read() as conn:
        assert set() == evidence.flagged(conn, ["wh_1"])


def test_a_scene_is_a_photo_for_the_test() -> None:
    assert "jpeg" == kind_of(scene(1)[:HEAD])


def test_past_retention_the_bytes_are_gone_and_an_old_photo_is_still_known(called: HubInHand) -> None:
    kept = called.hub.pack.retention
    id_ = hand_in(called, scene(7))
    first = whistle_of(called, "zilai")
    called.clock.pause(kept.records.total_seconds() + 86_400)
    with called.hub.store.read() as conn:
        assert 0 == due(conn, kept, called.clock.now()).evidence  # the whistle is open: it is needed
    report(called, "zilai", "sign", "result")
    with called.hub.store.write() as conn:
        assert 1 == due(conn, kept, called.clock.now()).evidence
        assert 1 == retire(conn, kept, called.clock.now(), called.hub.vault.forget).evidence
        assert 0 == due(conn, kept, called.clock.now()).evidence
    with called.hub.store.read() as conn, pytest.raises(Refused, match="F136"):
        called.hub.evidence.content(conn, id_)
    another_matter(called)
    old = hand_in(called, scene(7))
    assert [("old_photo", old, first)] == flags(called)


def flagged(hub: HubInHand) -> set[str]:
    """Whistles whose evidence is doubted."""
    ids = [whistle_of(hub, department) for department in ("zilai", "shizheng", "jiedao_12")]
    with hub.hub.store.read() as conn:
        return set(evidence.flagged(conn, ids))


def test_a_result_that_is_refused_leaves_no_doubt_about_its_evidence_behind(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    for said, code in (
        ({"form": DONE}, "W101"),  # not signed yet
        ({"form": DONE, "version": 7}, "W128"),
        ({"form": DONE, "alone": True}, "W129"),
        ({"form": {"outcome": "done"}}, "W102"),
        ({"form": DONE | {"evidence": ["ed_" + "0" * 32]}}, "W126"),
    ):
        with pytest.raises(Refused) as refused:
            send(hub, "zilai", move="result", **said)
        assert code == refused.value.code
        assert set() == flagged(hub)
    report(hub, "zilai", "sign", "result")
    assert {whistle_of(hub, "zilai")} == flagged(hub)
    hub.clock.pause(60)
    with pytest.raises(Refused, match="W101"):
        report(hub, "zilai", "result")
    assert [(1,)] == hub.rows("SELECT count(*) FROM evidence_flag")
