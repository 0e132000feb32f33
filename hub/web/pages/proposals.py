"""授权提案: those that wait, what each would show to whom, and what others say of it."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.cautions import Why
from hub.access.exits import Exit
from hub.access.proposal import Action, Said, State, Word, approvers
from hub.model.account import Role
from hub.run.ground.ledger import noted
from hub.run.whitelist.catalogue import titles
from hub.run.whitelist.foreseen import Foreseen
from hub.run.whitelist.preview import DAYS, looked
from hub.run.whitelist.register import Listed
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.pages.whitelist import NAMES, Admin, Keeper
from hub.web.visitor import House, Visitor

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)
_STATES: Final = {
    State.PROPOSED: "待同意",
    State.APPROVED: "已同意，未到日期",
    State.REFUSED: "已驳回",
    State.WITHDRAWN: "已撤回",
    State.IN_FORCE: "已生效",
    State.ENDED: "已结束",
}
_ACTIONS: Final = {Action.GRANT: "新增", Action.CHANGE: "变更", Action.END: "终止"}
_WORDS: Final = {
    Word.APPROVE: "同意",
    Word.REFUSE: "驳回",
    Word.WITHDRAW: "撤回",
    Word.REVIEW: "复核，维持不变",
}
_CAUTIONS: Final = {
    Why.ID_REBUILT: "与本部门另一授权合起来，可还原完整证件号码",
    Why.MASK_IN_VAIN: "本部门另有授权可看该字段全文，遮蔽不起作用",
    Why.MINORS: "可看到十四岁以下未成年人的信息，不止年龄段",
    Why.SECRET: "可打开举报人保密的来件",
    Why.STREAMED: "个人字段将进入推送，送出后收不回来",
    Why.IN_FULL: "个人字段不加遮蔽",
    Why.NOT_ASKED: "部门合同没有要这个字段，合同改之前什么也看不到",
}


@router.get("/whitelist/proposals")
def proposals(request: Request, house: House, visitor: Keeper) -> HTMLResponse:
    """Those that wait first; what is to be reviewed; the rest, newest first."""
    now = house.clock.now()
    every = house.register.proposals(now=now)
    return draw(
        request,
        visitor,
        "proposals.html",
        **_names(house),
        waiting=[one for one in every if one.state is State.PROPOSED],
        rest=[one for one in every if one.state is not State.PROPOSED],
        reviews=house.register.reviews(now=now),
        may_propose=visitor.account.role is Role.SECURITY_ADMIN,
    )


@router.get("/whitelist/proposals/{proposal_id}")
def proposal(
    request: Request,
    house: House,
    visitor: Keeper,
    proposal_id: str,
    days: Annotated[int, Query(ge=0, le=366)] = 0,
) -> HTMLResponse:
    """One proposal; with `days`, run over the whistles of so many days."""
    one = house.register.proposal(proposal_id, now=house.clock.now())
    found = _preview(house, visitor, one, days) if days else None
    return draw(
        request,
        visitor,
        "proposals_one.html",
        **_names(house),
        one=one,
        before=house.register.before(one.stored.proposal),
        areas=house.pack.areas,
        approvals=approvers(one.stored.said),
        answers=house.applying(Exit.PAGE).answered_by(proposal_id),
        preview=found,
        days=days or DAYS,
        may=_may(visitor, one),
    )


@router.post("/whitelist/proposals/{proposal_id}/words")
def say(
    house: House,
    visitor: Admin,
    proposal_id: str,
    word: Annotated[Word, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
    review_by: Annotated[date | None, Form()] = None,
) -> Response:
    """Approves, refuses, withdraws or reviews it."""
    said = Said(
        word=word, by=visitor.account.name, at=house.clock.now(), reason=reason.strip(), review_by=review_by
    )
    house.proposing(Exit.PAGE).say(proposal_id, said)
    return RedirectResponse(f"/whitelist/proposals/{proposal_id}", status_code=303)


def _preview(house: House, visitor: Visitor, one: Listed, days: int) -> Foreseen:
    """Run, and written down before it is shown."""
    now, stored = house.clock.now(), one.stored.proposal
    found = house.previewing.of(stored.changes, days=days, now=now)
    row = looked(found, by=visitor.account.name, matter=stored.id, through=Exit.PAGE, now=now)
    noted(house.store, house.ledgers.mine(), row)
    return found


def _may(visitor: Visitor, one: Listed) -> frozenset[str]:
    """The words for which this visitor gets a button; what counts is `hub.access.proposal.check`."""
    me, stored = visitor.account, one.stored
    if me.role is not Role.SECURITY_ADMIN:
        return frozenset()
    is_mine = stored.proposal.proposed_by == me.name
    if one.state is State.PROPOSED:
        if is_mine:
            return frozenset({"withdraw"})
        return frozenset({"refuse"} if me.name in approvers(stored.said) else {"approve", "refuse"})
    is_over = one.state in (State.REFUSED, State.WITHDRAWN, State.ENDED)
    return frozenset() if is_over or is_mine else frozenset({"review"})


def _names(house: House) -> dict[str, Any]:
    return {
        **NAMES,
        "states": _STATES,
        "actions": _ACTIONS,
        "words": _WORDS,
        "warnings": _CAUTIONS,
        "names": house.names,
        "titles": titles(),
        "minute": minute_of,
    }
