"""What the words of two masked reports have in common, and what only seems so."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.incident import Doorplate, Features, features, same_matter
from hub.incident import sketch as sketches
from hub.incident.text import SILENT

REPORT = "云杉路85号门口自来水管爆裂，水柱有两米高，路面全是水"
words = st.text(alphabet="云杉路水管爆裂井盖破损85号小区老杨烧烤店*[]，。 a1", max_size=60)


def likeness(one: str, other: str) -> float:
    similarity = same_matter(features("", one), features("", other))
    assert similarity is not None
    return similarity


def test_a_report_is_wholly_like_itself() -> None:
    assert likeness(REPORT, REPORT) == pytest.approx(1.0)


def test_other_words_for_one_matter_are_more_alike_than_another_matter() -> None:
    neighbour = likeness(REPORT, "云杉路自来水管爆了，水很大，路面都淹了")
    stranger = likeness(REPORT, "白榆街路灯不亮，晚上看不清，担心老人摔跤")
    assert neighbour > 0.5 > 0.1 > stranger


@pytest.mark.nasty("N57")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            "联系电话138****1234，路灯不亮", "联系人138****1234，垃圾没清", id="the same masked phone"
        ),
        pytest.param("张*，井盖坏了", "张*，楼道堆物", id="the same masked name"),
        pytest.param("张*明，井盖坏了", "张*明，楼道堆物", id="the same masked name of three"),
        pytest.param(
            "证件320613********1234井盖坏了", "证号320613********1234楼道堆物", id="the same masked number"
        ),
        pytest.param("【姓名】说井盖坏了", "【姓名】讲楼道堆物", id="the same placeholder"),
        pytest.param("A市B5区井盖坏了", "A市B5区楼道堆物", id="places replaced by letters"),
        pytest.param(
            "１３８＊＊＊＊１２３４井盖坏了", "１３８＊＊＊＊１２３４楼道堆物", id="a full-width mask"
        ),
    ],
)
def test_a_shared_mask_makes_no_two_reports_alike(one: str, other: str) -> None:
    assert likeness(one, other) == pytest.approx(0.0, abs=0.02)


@pytest.mark.nasty("N57")
def test_a_report_of_masks_only_says_nothing() -> None:
    assert same_matter(features("", "张*，138****1234"), features("", "张*，138****1234")) is None


def test_formulas_of_every_report_make_no_two_reports_alike() -> None:
    one = "市民来电反映：井盖破损，希望相关部门尽快处理"
    assert likeness(one, "居民来电投诉：夜宵摊油烟，请相关部门尽快处理") == pytest.approx(0.0, abs=0.02)


@given(st.integers())
def test_long_texts_without_a_word_in_common_are_not_alike(seed: int) -> None:
    signs = "".join(map(chr, random.Random(seed).sample(range(0x4E00, 0x9FA5), 400)))
    assert likeness(signs[:200], signs[200:]) < 0.2


def test_a_named_place_in_common_counts_and_another_place_counts_against() -> None:
    same = likeness("青杏园小区楼道堆放杂物", "青杏园小区车棚着火")
    none = likeness("楼道堆放杂物", "车棚着火")
    assert same > none
    assert likeness("青杏园小区楼道堆放杂物", "红梅苑楼道堆放杂物") < likeness(
        "楼道堆放杂物", "楼道内堆放杂物"
    )


def test_titles_decide_where_both_have_one_that_says_something() -> None:
    one = features("云杉路海棠苑捆绑销售车位", "开发商收了定金，物业也不管，我们多次反映")
    other = features("投诉海棠苑强制捆绑车位销售", "夜里停车难，孩子上学远，幼儿园没有建")
    similarity = same_matter(one, other)
    assert similarity is not None
    assert similarity > 0.5


def test_a_title_that_only_names_the_class_decides_nothing() -> None:
    assert same_matter(
        features("井盖破损", "青藤街口的盖子碎了"), features("井盖破损", "银杏街学校前有响声")
    ) == (
        same_matter(features("", "井盖破损 青藤街口的盖子碎了"), features("", "井盖破损 银杏街学校前有响声"))
    )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("位于云杉路85号的井盖", Doorplate(road="云杉路", number="85"), id="road and number"),
        pytest.param("青澜区云杉路85号楼下", Doorplate(road="云杉路", number="85"), id="after the district"),
        pytest.param(
            "云杉路８５－１号", Doorplate(road="云杉路", number="85-1"), id="full-width, with a sub-number"
        ),
        pytest.param("云杉路12弄3号", Doorplate(road="云杉路", lane="12", number="3"), id="in a lane"),
        pytest.param("云杉路12弄", Doorplate(road="云杉路", lane="12"), id="a lane"),
        pytest.param(
            "住青杏园小区3幢", Doorplate(estate="青杏园小区", building="3"), id="estate and building"
        ),
        pytest.param(
            "云栖水岸小区3幢",
            Doorplate(estate="云栖水岸", building="3"),
            id="a longer estate without its word",
        ),
        pytest.param(
            "青杏园小区3号楼", Doorplate(estate="青杏园", building="3"), id="an estate without its word"
        ),
    ],
)
def test_a_door_in_the_text_is_the_door_of_the_address(text: str, address: Doorplate) -> None:
    assert features("", "", address).doors.items() <= features("", text).doors.items()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Doorplate(road="云杉路", lane="12", number="5"), id="another door of the lane"),
        pytest.param(Doorplate(road="云杉路", lane="14", number="3"), id="the same number in another lane"),
        pytest.param(Doorplate(road="云杉路", number="3"), id="the same number on the road"),
    ],
)
def test_a_door_in_a_lane_differs_from_every_other_door(other: Doorplate) -> None:
    mine = features("", "", Doorplate(road="云杉路", lane="12", number="3")).doors
    theirs = features("", "", other).doors
    assert any(mine[place].isdisjoint(theirs[place]) for place in mine.keys() & theirs.keys())


@pytest.mark.parametrize("text", ["道路破损", "马路上有坑", "沿街店铺", "路灯不亮", "街道办事处", "乘7路车"])
def test_words_that_only_look_like_names_name_nothing(text: str) -> None:
    assert frozenset() == features("", text).whole.names


def test_silence_is_no_likeness() -> None:
    assert same_matter(SILENT, features("", REPORT)) is None


@given(words, words)
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    mine, theirs = features("", one), features("", other)
    similarity = same_matter(mine, theirs)
    assert similarity == same_matter(theirs, mine)
    assert similarity is None or 0.0 <= similarity <= 1.0


@given(words)
def test_features_hold_no_word_of_the_text(text: str) -> None:
    made = features("", text)
    assert isinstance(made, Features)
    assert isinstance(made.whole.sketch.bits, int)
    assert all(isinstance(name, int) for name in (*made.whole.names, *made.firms, *made.doors))


def test_a_text_is_wholly_like_itself() -> None:
    one = sketches.sketch(["云杉路门口自来水管爆裂", "水柱有两米高"])
    assert sketches.likeness(one, one) == pytest.approx(1.0)


def test_what_was_masked_in_a_text_is_no_word_of_it() -> None:
    masked, bare = features("", "水管[电话]爆裂[姓名]了"), features("", "水管 爆裂 了")
    assert 1.0 == same_matter(masked, bare)
