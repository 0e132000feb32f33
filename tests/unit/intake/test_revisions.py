"""Which revision of a report counts, and what stays of a value that a revision masks or leaves out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ids import event_id, event_key, record_id
from hub.intake.revisions import (
    Revision,
    Standing,
    completed,
    is_behind,
    newest,
    requester_after,
    says_a_place,
    value_kept,
    words_kept,
)
from hub.model import (
    Alias,
    Code,
    Crs,
    Draft,
    Event,
    EventText,
    Mode,
    Person,
    Place,
    Position,
    RequestType,
    Resident,
    ResidentId,
    SourceClock,
    Stage,
    Urgency,
)

VERSIONS = st.sampled_from(["", "2026-03-10 08:00", "2026-03-10 09:00", "2026-03-10 10:00"])


def came(*versions: str) -> list[Revision]:
    """Revisions in the order in which they came, the ids counting up."""
    return [Revision(received_us=n, event_id=f"ev_{n}", version=v) for n, v in enumerate(versions)]


@pytest.mark.nasty("N02", "N04")
@pytest.mark.parametrize(
    ("versions", "counts"),
    [
        pytest.param(("1",), 0, id="the only one"),
        pytest.param(("1", "2"), 1, id="a newer one"),
        pytest.param(("2", "1"), 0, id="an older one that comes later"),
        pytest.param(("2", "1", "2"), 2, id="the same version again, with other words"),
        pytest.param(("", ""), 1, id="a source without versions"),
        pytest.param(("2", ""), 1, id="a message without a version counts as it comes"),
        pytest.param(("2", "", "1"), 1, id="an older one behind a message without a version"),
    ],
)
def test_the_newest_revision_counts_by_version_and_then_by_arrival(
    versions: tuple[str, ...], counts: int
) -> None:
    assert f"ev_{counts}" == newest(came(*versions)).event_id


@given(st.lists(VERSIONS, min_size=1, max_size=6))
def test_the_one_that_counts_is_never_older_than_another(versions: list[str]) -> None:
    revisions = came(*versions)
    found = newest(revisions[::-1])
    chosen = next(one for one in revisions if one.event_id == found.event_id)
    assert max(versions) == found.version
    assert chosen.version in ("", max(versions))


@pytest.mark.nasty("N57")
@pytest.mark.parametrize(
    ("new", "old", "kept"),
    [
        pytest.param("测试乙", "测试甲", "测试乙", id="a full one takes the place of a full one"),
        pytest.param("测*", "测试甲", "测试甲", id="masked"),
        pytest.param("测＊", "测试甲", "测试甲", id="masked in full width"),
        pytest.param("测某", "测试甲", "测试甲", id="masked with 某"),
        pytest.param("138****0000", "13800000000", "13800000000", id="a masked phone"),
        pytest.param("", "13800000000", "13800000000", id="left out"),
        pytest.param("", "138****0000", "138****0000", id="a masked one is better than none"),
        pytest.param("138****0000", "", "138****0000", id="a masked one where nothing stood"),
        pytest.param("13800000000", "138****0000", "13800000000", id="a full one after a masked one"),
    ],
)
def test_a_masked_or_empty_value_never_takes_the_place_of_a_full_one(new: str, old: str, kept: str) -> None:
    assert kept == value_kept(new, old)


@pytest.mark.nasty("N57")
@pytest.mark.parametrize(
    ("new", "old", "kept"),
    [
        pytest.param("水更大了", "水管爆了", "水更大了", id="other words"),
        pytest.param("", "水管爆了", "水管爆了", id="no words"),
        pytest.param(
            "测*来电：水管爆了", "测试甲来电：水管爆了", "测试甲来电：水管爆了", id="the same, masked"
        ),
        pytest.param("***", "水管爆了", "水管爆了", id="nothing but a mask"),
        pytest.param("测*又来电：水更大了", "测试甲来电", "测*又来电：水更大了", id="news with a mask in it"),
        pytest.param("某小区停水", "水管爆了", "某小区停水", id="news with 某 in it"),
        pytest.param("爆了*水管", "水管爆了", "爆了*水管", id="in another order"),
        pytest.param("水*水", "水", "水*水", id="what stood once is told twice"),
        pytest.param("水*管", "水管水", "水管水", id="what stood twice is told once"),
        pytest.param("水管", "水管爆了", "水管", id="a part of what was told, and nothing masked"),
    ],
)
def test_words_give_way_to_newer_words_but_not_to_themselves_masked(new: str, old: str, kept: str) -> None:
    assert kept == words_kept(new, old)


CAME = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
FULL: dict[str, Any] = {
    "aliases": (Alias("city", "C-1"),),
    "same_as": ("H-0",),
    "occurred_at": CAME - timedelta(hours=2),
    "reported_at": CAME - timedelta(hours=1),
    "channel": "phone",
    "device_ref": "D-1",
    "clocks": (SourceClock("city", CAME + timedelta(days=2)),),
    "condition": "一般",
}
"""What stays of a report when a revision does not say it again."""
WORDS = EventText(
    title="水管爆了", content="测试甲来电：水管爆了", address="人民路85号", accused_name="样本公司"
)
ASKER = Resident(
    ResidentId("r"), name="测试甲", phone="13800000000", id_number="329901199003071230", address="人民路86号"
)


def standing(
    version: str = "", *, resident: Resident | None = ASKER, secret: str = "", highest: str = ""
) -> Standing:
    """A report as it stands: received at `CAME`, with all that a report can say."""
    key = event_key("hotline_12345", "H-1", "")
    event = Event(
        id=event_id(key, "1"),
        key=key,
        record_id=record_id("hotline_12345", "1", 0),
        source="hotline_12345",
        source_ref="H-1",
        part="",
        version=version,
        category="public_utility.street_lamp",
        code_table="cg-2023",
        code_raw="01-02",
        request_type=RequestType.OTHER,
        urgency=Urgency.ROUTINE,
        urgency_raw="",
        stage=Stage.RECEIVED,
        status_raw="",
        received_at=CAME,
        title="vault:x/title",
        content="",
        address="",
        requester=None,
        secret=bool(secret),
        accused=None,
        place=Place(method="none", map_version=""),
        attachments=0,
        confidence=None,
        mode=Mode.LIVE,
        flags=(),
        **FULL,
    )
    return Standing(event=event, text=WORDS, resident=resident, version=highest or version)


def says(**fields: Any) -> Draft:
    """A revision that says this, and nothing else."""
    return Draft(**{"source_ref": "H-1", "category": Code("cg-2023", ""), **fields})


@pytest.mark.nasty("N02", "N04")
@pytest.mark.parametrize(
    ("version", "minutes", "stands", "behind"),
    [
        pytest.param("2", 1, "1", False, id="newer, and later"),
        pytest.param("1", 1, "2", True, id="older, and later"),
        pytest.param("1", 1, "1", False, id="the same again"),
        pytest.param("1", -1, "1", True, id="the same, received before"),
        pytest.param("2", -1, "1", False, id="newer, though received before"),
        pytest.param("2", -1, "", True, id="received before one without a version"),
        pytest.param("", -1, "1", True, id="without a version, received before"),
        pytest.param("", 0, "1", False, id="without a version, at the same moment"),
        pytest.param("", 1, "", False, id="without versions, later"),
    ],
)
def test_a_revision_is_behind_by_its_version_and_else_by_when_it_came(
    version: str, minutes: int, stands: str, behind: bool
) -> None:
    assert behind == is_behind(version, CAME + timedelta(minutes=minutes), standing(stands))


def test_a_revision_is_measured_by_the_highest_version_that_any_had() -> None:
    assert is_behind("2", CAME + timedelta(minutes=1), standing("", highest="3"))


def test_what_a_revision_leaves_out_stands() -> None:
    whole = completed(says(), standing(secret="yes"))
    assert FULL == {name: getattr(whole, name) for name in FULL}
    assert Code("cg-2023", "01-02") == whole.category
    assert WORDS == EventText(whole.title, whole.content, whole.address, whole.accused_name)
    assert whole.secret
    assert Person("测试甲", "13800000000", "329901199003071230", "人民路86号") == whole.requester


def test_what_a_revision_says_counts() -> None:
    told = says(
        category=Code("cg-2026", "09"),
        title="水更大了",
        content="别的话",
        address="人民路99号",
        accused_name="别的公司",
        aliases=(Alias("city", "C-2"),),
        same_as=("H-9",),
        occurred_at=CAME,
        reported_at=CAME,
        channel="app",
        device_ref="D-2",
        clocks=(SourceClock("city", CAME),),
        condition="紧急",
        secret=True,
        requester=Person("测试乙", "13900000000", "329901198803071231", "人民路1号", callback=True),
    )
    assert told == completed(told, standing())


@pytest.mark.nasty("N57")
def test_a_revision_that_masks_takes_nothing_away() -> None:
    masked = says(
        title="水管**",
        content="测*来电：水管爆了",
        address="人民路**号",
        accused_name="样本**",
        requester=Person("测*", "138****0000", "329901********1230", "人民路**号"),
    )
    assert completed(says(), standing()) == completed(masked, standing())


def test_a_wish_to_be_called_back_or_to_stay_unnamed_stands() -> None:
    for wish in ({"callback": True}, {"anonymous": True}):
        whole = Person(ASKER.name, ASKER.phone, ASKER.id_number, ASKER.address, **wish)
        wished: Any = wish
        stood = standing(resident=replace(ASKER, **wished))
        assert whole == completed(says(requester=Person(name="测试甲")), stood).requester
        assert whole == completed(says(requester=Person(**wished)), standing()).requester


OTHER = replace(ASKER, name="测试丁", former=("测试丙",))


@pytest.mark.parametrize(
    ("version", "new", "old", "stands"),
    [
        pytest.param("2", ASKER, ASKER, ASKER, id="nothing is corrected"),
        pytest.param("2", ASKER, None, ASKER, id="nobody had asked"),
        pytest.param("2", None, ASKER, None, id="nobody asks now"),
        pytest.param("2", ASKER, OTHER, replace(ASKER, former=("测试丁", "测试丙")), id="by another name"),
        pytest.param("0", OTHER, ASKER, replace(ASKER, former=("测试丁", "测试丙")), id="said too late"),
        pytest.param("0", ASKER, OTHER, replace(OTHER, former=("测试丙", ASKER.name)), id="another said so"),
        pytest.param("0", ASKER, ASKER, None, id="too late, and known"),
        pytest.param("0", ASKER, None, None, id="too late, and nobody had asked"),
    ],
)
def test_what_a_requester_was_known_by_stays_known(
    version: str, new: Resident | None, old: Resident | None, stands: Resident | None
) -> None:
    stood = standing("1", resident=old)
    assert stands == requester_after(replace(stood.event, version=version), new, stood)


def test_where_nobody_had_asked_the_one_who_asks_now_counts() -> None:
    assert completed(says(), standing(resident=None)).requester is None
    assert ASKER.name == completed(says(), standing()).requester.name  # type: ignore[union-attr]
    assert Person("测*") == completed(says(requester=Person("测*")), standing(resident=None)).requester


@pytest.mark.parametrize(
    "place",
    [
        {"position": Position(120.8, 32.0, Crs.CGCS2000)},
        {"address": "人民路85号"},
        {"area_code": "329901001"},
        {"grid_code": "G-1"},
    ],
)
def test_any_word_of_where_is_a_place(place: dict[str, Any]) -> None:
    assert says_a_place(says(**place))
    assert not says_a_place(says(title="水管爆了", device_ref="D-1"))
