"""Whether two address texts can mean one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.place.match import THRESHOLD, longest_run, matches, similarity, telling_pairs


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        pytest.param("云江市青澜区澄影路30号鹿鸣花园6幢", "澄影路30号鹿鸣花园", id="without its city"),
        pytest.param("鹿鸣花园六号楼", "鹿鸣花园6幢", id="another spelling"),
        pytest.param("鹿鸣花园6幢", "鹿鸣花园8幢", id="a neighbour is a match in part"),
        pytest.param("望河街道测试墨香书店", "雁声街12号墨香书店(望河店)", id="a shop by its name"),
    ],
)
def test_texts_of_one_place_match(asked: str, offered: str) -> None:
    assert matches(asked, offered)


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        pytest.param("澄影路30号鹿鸣花园6幢", "舟平巷30号月轩家园6幢", id="only figures in common"),
        pytest.param(
            "江苏省云江市青澜区望河街道鹿鸣花园",
            "江苏省云江市青澜区望河街道兰语公寓",
            id="only the city in common",
        ),
        pytest.param("测试甲商贸有限公司", "样例乙商贸有限公司", id="only general words in common"),
        pytest.param("", "鹿鸣花园6幢", id="nothing asked"),
    ],
)
def test_texts_that_share_only_what_tells_nothing_do_not_match(asked: str, offered: str) -> None:
    assert not matches(asked, offered)


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_a_probability_for_any_texts(asked: str, offered: str) -> None:
    assert 0.0 <= similarity(asked, offered) <= 1.0
    assert matches(asked, offered) == (similarity(asked, offered) >= THRESHOLD)


@given(st.text(alphabet="鹿鸣月轩兰语栖霞澄影舟平", min_size=4, max_size=12))
def test_a_name_is_never_less_like_itself_than_like_another(name: str) -> None:
    assert similarity(name, name) >= similarity(name, "棠梨渡口")


def test_general_words_figures_and_joints_between_parts_are_not_telling() -> None:
    assert {"鹿鸣", "鸣花"} == telling_pairs("路鹿鸣花园12号有限公司")
    assert {"云杉"} == telling_pairs("a云杉b")  # a letter and a character are no pair of characters


@given(st.text(alphabet="abc", max_size=12), st.text(alphabet="abc", max_size=12))
def test_the_longest_run_is_the_longest_piece_of_both(one: str, other: str) -> None:
    pieces = {one[start:end] for start in range(len(one)) for end in range(start + 1, len(one) + 1)}
    assert max((len(piece) for piece in pieces if piece in other), default=0) == longest_run(one, other)


def test_a_door_in_a_lane_is_not_the_same_door_on_the_road() -> None:
    asked = "虹桥路12弄3号"
    assert similarity(asked, "虹桥路12弄3号") > similarity(asked, "虹桥路3号")
    assert similarity(asked, "虹桥路12弄3号") > similarity(asked, "虹桥路14弄3号")
