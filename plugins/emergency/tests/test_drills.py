"""An exercise looks real and is marked as one, whatever way it is marked; nothing real is ever taken for one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from gridplus_emergency.simulator import DRILLS

from hub import Draft, Handling, Stage
from hub.plugin import Body

Row = Callable[..., Draft]
Make = Callable[..., Body]
Read = Callable[[Body], Draft]
EARLIER = datetime(2026, 3, 10, 3, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"YLBZ": "1"}, id="the flag"),
        pytest.param({"YLBZ": "演练"}, id="the flag as a word"),
        pytest.param({"SJBT": "【演练】青石路18号起火"}, id="a label in the title"),
        pytest.param({"SJBT": "（消防演练）青石路18号起火"}, id="round brackets, with the kind"),
        pytest.param({"SJBT": "演练：青石路18号起火"}, id="the head of the title"),
        pytest.param({"SJBT": "演练，青石路18号起火"}, id="the head of the title, with a comma"),
        pytest.param({"SJBT": "［演练］青石路18号起火"}, id="full-width brackets"),
        pytest.param({"SJNR": "〈演练〉青石路18号起火"}, id="other brackets"),
        pytest.param({"YLBZ": "1", "SJNR": "仿真起火，贴近真实火灾场景"}, id="words of an exercise"),
        pytest.param({"SJBT": "虹桥新村消防疏散演练"}, id="the end of the title"),
        pytest.param({"SJBT": "危化品泄漏应急演习2"}, id="the other word, with a number"),
        pytest.param({"SJBT": "由桌面推演转实战演练"}, id="a live exercise is one"),
        pytest.param({"SJLX": "YL01"}, id="a code of exercises"),
        pytest.param({"SJLXMC": "防汛演练"}, id="the name of the type"),
        pytest.param({"SJNR": "【演练】五层住户起火"}, id="the text alone"),
        pytest.param({"SJNR": "五层住户起火，一人被困。[演练]"}, id="the bare label at the end of the text"),
    ],
)
def test_any_mark_makes_it_a_drill(fields: dict[str, str], row: Row) -> None:
    assert row(**fields).handling is Handling.DRILL


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"SJBT": "青石路18号起火"}, id="no mark"),
        pytest.param({"SJBT": "演练场库房起火"}, id="a place in the title"),
        pytest.param({"SJBT": "库房起火（演练场东侧）"}, id="a place in brackets"),
        pytest.param(
            {"FSDZ": "消防训练基地演练场", "SJNR": "演练中心旁起火"}, id="a place in address and text"
        ),
        pytest.param({"SJBT": "消防演练中引燃草坪"}, id="what an exercise set on fire"),
        pytest.param({"SJNR": "该单位【上月消防演练】记录缺失，现二层起火"}, id="an exercise that was"),
        pytest.param({"SJNR": "住户以为是演练"}, id="what people believed"),
        pytest.param({"SJBT": "【取消演练】青石路18号起火"}, id="an exercise that was called off for it"),
        pytest.param({"SJBT": "消防车翻车，原赴虹桥新村演练"}, id="where they were going"),
        pytest.param({"YLBZ": "0"}, id="the flag says no"),
        pytest.param({"YLBZ": "2"}, id="a flag that nobody knows"),
    ],
)
def test_what_is_real_is_never_a_drill(fields: dict[str, str], row: Row) -> None:
    draft = row(**fields)
    assert (Handling.CALL, ()) == (draft.handling, draft.flags)


@pytest.mark.parametrize(
    "fields",
    [
        {"YLBZ": "1", "SJNR": "三层厨房真实起火，演练转实战"},
        {"SJBT": "【演练】疏散（演练转为实战）"},
        {"YLBZ": "1", "SJBT": "【非演练】三层起火"},
        {"YLBZ": "1", "SJNR": "演练中锅炉房发生真实火情，一人受伤"},
        {"YLBZ": "1", "SJBT": "【演练】疏散", "SJNR": "现场真着火了"},
        {"SJLX": "YL01", "SJNR": "这不是演练，立即出动"},
    ],
)
def test_words_that_say_it_is_real_outweigh_every_mark_and_are_flagged(
    fields: dict[str, str], row: Row
) -> None:
    draft = row(**fields)
    assert (Handling.CALL, ("drill_became_real",)) == (draft.handling, draft.flags)


def test_a_drill_that_is_called_off_or_becomes_real_is_a_later_version_of_the_same(
    body: Make, read: Read
) -> None:
    at = [EARLIER + timedelta(minutes=minute) for minute in range(3)]
    told = [
        read(body(at=at[0], extra={"drill": "title"})),
        read(body(at=at[1], revision=1, extra={"drill": "called_off"})),
        read(body(at=at[2], revision=2, extra={"drill": "turned_real"})),
    ]
    assert {"YJ20260310000001"} == {one.source_ref for one in told}
    assert [one.isoformat() for one in at] == [one.version for one in told]
    assert [Handling.DRILL, Handling.DRILL, Handling.CALL] == [one.handling for one in told]
    assert [Stage.RECEIVED, Stage.CANCELLED, Stage.RECEIVED] == [one.stage for one in told]
    assert [False, True, True] == [one.is_update for one in told]


@pytest.mark.parametrize("how", sorted(DRILLS))
def test_what_the_simulator_plays_is_what_it_is_called(how: str, body: Make, read: Read) -> None:
    is_drill = read(body(extra={"drill": how})).handling is Handling.DRILL
    assert is_drill is (how not in ("turned_real", "place"))
