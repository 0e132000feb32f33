"""The page of the two state tables: the life of a whistle, and the life of an adapter. Drawn from the tables."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from hub.model import Actor, Move, WhistleState
from hub.plugin import supervisor
from hub.run.reference.page import Page, code, markdown, mermaid, table
from hub.whistle import lifecycle, supervision
from hub.whistle.lifecycle import Effect, Need
from hub.whistle.supervision import State, Turn

_State = TypeVar("_State", bound=StrEnum)
_Turn = TypeVar("_Turn", bound=StrEnum)

WHISTLE: Final[Mapping[WhistleState, str]] = {
    WhistleState.DRAFT: "草稿",
    WhistleState.SUBMITTED: "已提交，待审核",
    WhistleState.REVIEWED: "审核通过",
    WhistleState.REFUSED: "不予吹哨",
    WhistleState.BLOWN: "已吹哨",
    WhistleState.SIGNED: "已签收",
    WhistleState.CONTACTED: "已联系",
    WhistleState.REPORTED_IN: "已报到（到场）",
    WhistleState.HANDLING: "处置中",
    WhistleState.DISPUTED: "已退单，待裁定",
    WhistleState.ARBITRATING: "裁定中",
    WhistleState.RESULT: "已反馈结果",
    WhistleState.EVALUATED: "已评价",
    WhistleState.CHECKED: "已核查",
    WhistleState.ARCHIVED: "已归档",
    WhistleState.REOPENED: "重新办理",
    WhistleState.REASSIGNED: "已改派（本单位不再承办）",
    WhistleState.CANCELLED: "已作废",
}
MOVES: Final[Mapping[Move, str]] = {
    Move.SUBMIT: "提交",
    Move.APPROVE: "审核通过",
    Move.REFUSE: "不予吹哨",
    Move.BLOW: "吹哨",
    Move.SIGN: "签收",
    Move.CONTACT: "联系",
    Move.ARRIVE: "到场",
    Move.HANDLE: "开始处置",
    Move.RETURN: "退单",
    Move.PAUSE: "挂起",
    Move.RESUME: "恢复",
    Move.ASK: "申请延期",
    Move.GRANT: "准予延期",
    Move.DENY: "不予延期",
    Move.RESULT: "反馈结果",
    Move.REFER: "提交会商裁定",
    Move.UPHOLD: "准予退单",
    Move.DISMISS: "驳回退单（不得再退）",
    Move.DESIGNATE: "直接指派",
    Move.UPGRADE: "哨声升级",
    Move.EVALUATE: "评价",
    Move.CHECK: "核查通过",
    Move.REWORK: "返工",
    Move.REOPEN: "重新办理",
    Move.ARCHIVE: "归档",
    Move.CANCEL: "作废",
}
ACTORS: Final[Mapping[Actor, str]] = {
    Actor.DEPARTMENT: "部门",
    Actor.BLOWER: "吹哨方",
    Actor.REVIEWER: "审核方",
    Actor.REQUESTER: "诉求人",
    Actor.CENTRE: "区指挥中心",
    Actor.HUB: "系统",
}
NEEDS: Final[Mapping[Need, str]] = {
    Need.REASON: "理由",
    Need.UNTIL: "截止时间",
    Need.EVIDENCE: "依据",
    Need.FORM: "反馈表单",
    Need.SCORE: "评分",
}
CLOCKS: Final[Mapping[Effect, str]] = {
    Effect.STARTS: "开始计时",
    Effect.STOPS: "停止计时",
    Effect.PAUSES: "暂停计时",
    Effect.RUNS_ON: "继续计时",
    Effect.MORE_TIME: "另记延期后时限",
    Effect.TIGHTENS: "取新旧级别中较早的时限",
    Effect.NEW_ROUND: "新一轮计时，原超期事实不变",
}
ADAPTER: Final[Mapping[supervisor.State, str]] = {
    supervisor.State.LOADED: "已加载",
    supervisor.State.CHECKING: "检查中",
    supervisor.State.RUNNING: "运行",
    supervisor.State.BACKING_OFF: "退避，稍后自动重试",
    supervisor.State.PAUSED: "已由人暂停",
    supervisor.State.STOPPED: "已停止",
    supervisor.State.FAILED: "失败，须由人恢复",
}
TURNS: Final[Mapping[supervisor.Turn, str]] = {
    supervisor.Turn.START: "启动",
    supervisor.Turn.ANSWERED: "来源应答正常",
    supervisor.Turn.STUMBLED: "可自行恢复的故障",
    supervisor.Turn.BROKE: "不会自行恢复的故障",
    supervisor.Turn.RETRY: "重试",
    supervisor.Turn.PAUSE: "暂停",
    supervisor.Turn.RESUME: "恢复",
    supervisor.Turn.STOP: "停止",
}
OVERSEEN: Final[Mapping[State, str]] = {
    State.STANDING: "督办牌有效",
    State.APPEALED: "已申诉，待初审",
    State.REVIEWED: "初审已毕，待复审",
    State.KEPT: "复审维持",
    State.WITHDRAWN: "复审撤销（不计入，超期事实不变）",
    State.VOID: "作废（计算无法复现）",
    State.OPEN: "待答复",
    State.ANSWERED: "已答复",
    State.CLOSED: "已办结",
    State.DROPPED: "依据已撤销",
    State.PROPOSED: "已提出挂账",
    State.AGREED: "挂账中",
    State.RENEWING: "挂账中，续期待另一人同意",
    State.ENDED: "挂账结束",
}
OVERSEES: Final[Mapping[Turn, str]] = {
    Turn.APPEAL: "部门申诉",
    Turn.REVIEW: "初审",
    Turn.KEEP: "复审维持",
    Turn.WITHDRAW: "复审撤销",
    Turn.VOID: "作废",
    Turn.ANSWER: "答复",
    Turn.CLOSE: "办结",
    Turn.DROP: "依据撤销",
    Turn.AGREE: "另一人同意",
    Turn.RENEW: "复审后申请续期",
    Turn.CARRY: "随并案、拆案带往另一事项",
    Turn.END: "结束",
}


def states_page() -> Page:
    """`docs/reference/states.md`."""
    return markdown(
        "docs/reference/states.md",
        "States",
        "Each of these lives is one table in the code. A move that is not in the table is refused, and the "
        "refusal names the moves that are open (W101 for a whistle, W131 for cards and the like, S117 for an adapter).",
        "## A whistle (哨)\n\nEach called department has a whistle of its own. A contract blows a whistle "
        "at once, and so does the centre that designates a department: it begins at `blown`. One that a person "
        "submits begins as a draft. An upgrade, a pause and more time leave the state as it is and stand "
        "beside it. People move whistles with `gridplus whistle`, departments by reporting in.",
        diagram({at: way.after for at, way in lifecycle.TABLE.items()}, WhistleState.DRAFT),
        _life(),
        "## A card, an answer that is owed, a matter that waits (督办牌、督办、挂账)\n\nA card is appealed once, and "
        "reviewed twice, by two accounts. What a department answers for begins at `open`; a deferral is proposed by "
        "one account and agreed to by another.",
        *(diagram(_of(first), first) for first in (State.STANDING, State.OPEN, State.PROPOSED)),
        _rows({at: way[0] for at, way in supervision.TABLE.items()}, OVERSEEN, OVERSEES, "turn"),
        "## An adapter\n\nEach source is supervised on its own: what it raises becomes its state, and no other "
        "source stops. `gridplus doctor` names every adapter that is not running.",
        diagram(supervisor.TABLE, supervisor.State.LOADED),
        _rows(supervisor.TABLE, ADAPTER, TURNS, "turn"),
    )


def _of(first: State) -> dict[tuple[State, Turn], State]:
    """What can become of a card, a measure or a deferral that begins at `first`."""
    reached, found = {first}, dict[tuple[State, Turn], State]()
    for (before, turn), (after, _) in supervision.TABLE.items():
        if before in reached:
            reached.add(after)
            found[before, turn] = after
    return found


def diagram(moves: Mapping[tuple[_State, _Turn], _State], first: _State) -> str:
    """A state diagram of the table; states that no row leaves are its ends."""
    left = {before for before, _ in moves}
    ends = [state for state in dict.fromkeys(moves.values()) if state not in left]
    return mermaid(
        (
            "stateDiagram-v2",
            f"    [*] --> {first}",
            *(f"    {before} --> {after}: {turn}" for (before, turn), after in moves.items()),
            *(f"    {state} --> [*]" for state in ends),
        )
    )


def _life() -> str:
    """A row a move of a whistle, with who may make it."""
    rows: list[tuple[str, ...]] = []
    for state in WhistleState:
        leaving = [(move, way) for (before, move), way in lifecycle.TABLE.items() if before is state]
        rows += [
            (
                code(state),
                WHISTLE[state],
                code(move),
                MOVES[move],
                "、".join(ACTORS[one] for one in Actor if one in way.by),
                "、".join(NEEDS[one] for one in Need if one in way.needs),
                CLOCKS[way.clock] if way.clock else "",
                code(way.after),
            )
            for move, way in leaving
        ] or [(code(state), WHISTLE[state], "", "", "", "", "", "an end")]
    return table(("state", "状态", "move", "动作", "who", "with", "clocks", "leads to"), rows)


def _rows(
    moves: Mapping[tuple[_State, _Turn], _State],
    states: Mapping[_State, str],
    turns: Mapping[_Turn, str],
    turn: str,
) -> str:
    """A row a move; a state without one is an end. A state that lacks its Chinese word raises KeyError."""
    rows: list[tuple[str, ...]] = []
    for state in type(next(iter(states))):
        leaving = [(one, after) for (before, one), after in moves.items() if before is state]
        rows += [
            (code(state), states[state], code(one), turns[one], code(after)) for one, after in leaving
        ] or [(code(state), states[state], "", "", "an end")]
    return table(("state", "状态", turn, "动作", "leads to"), rows)
