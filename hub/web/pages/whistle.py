"""一件哨: its matter, clocks and history, and the moves of its department from here; on paper, too."""

import re
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from hub.access.exits import Exit
from hub.api.edges import EVIDENCE_LIMIT
from hub.api.plain import PlainText
from hub.contract.questions import moment_of, questions_of, said_in
from hub.contract.wire import HANDLE
from hub.errors import Refused
from hub.messages import text_of
from hub.messages.text import Language
from hub.messages.why import in_words, unit_in_words
from hub.model import DepartmentId, Reason
from hub.run.assembly import Assembly
from hub.run.exits.attached import MEDIA_TYPE
from hub.run.exits.looking import Door
from hub.run.inbox.sheet import Sheet
from hub.web.given import given, given_all
from hub.web.moments import minute_of, minute_of_text
from hub.web.page import Place, draw
from hub.web.pages.beyond_words import facts_of
from hub.web.pages.inbox import PARTS, STATES, Operator, reader_of
from hub.web.pages.map_words import LEVELS, STEPS
from hub.web.visitor import House, Visitor
from hub.web.words import said as in_language

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)

MOVES: Final = {
    "sign": "签收",
    "contact": "已联系诉求人",
    "arrive": "到场报到",
    "handle": "开始处置",
    "return": "退单",
    "pause": "挂起",
    "resume": "恢复计时",
    "ask": "申请延期",
    "result": "反馈结果",
}
"""Move → what its button says."""
HISTORY: Final = {
    "submit": "提交",
    "approve": "审核通过",
    "blow": "吹哨",
    "sign": "签收",
    "contact": "联系",
    "arrive": "到场",
    "handle": "开始处置",
    "return": "退单",
    "pause": "挂起",
    "resume": "恢复计时",
    "ask": "申请延期",
    "grant": "准予延期",
    "deny": "不予延期",
    "result": "反馈结果",
    "refer": "提交会商裁定",
    "uphold": "准予退单",
    "dismiss": "驳回退单",
    "designate": "指派",
    "upgrade": "哨声升级",
    "evaluate": "评价",
    "check": "核查通过",
    "rework": "返工",
    "reopen": "重新办理",
    "archive": "归档",
    "cancel": "作废",
}
ACTORS: Final = {
    "department": "本单位",
    "blower": "吹哨方",
    "reviewer": "审核方",
    "requester": "诉求人",
    "centre": "区指挥中心",
    "hub": "系统",
}
REASONS: Final = {
    "NOT_MY_AREA": "不在本辖区",
    "NOT_MY_DUTY": "不属本单位职责",
    "OVERLAP": "与其他单位职责交叉",
    "LACK_INFO": "信息不足",
    "WAIT_MATERIAL": "等待材料",
    "DUTY_LIST": "依权责清单",
    "OWN_DUTY": "职责所在",
    "NO_OWNER": "无人承接",
}
ANSWERS: Final = {
    "done": "已办结",
    "in_plan": "列入计划",
    "not_found": "现场未发现",
    "not_possible": "无法办理",
}
"""Words that the forms of contracts offer → what a person reads."""
GROUNDS: Final = {
    "contract_clause": "合同 {contract} 条款 {clause}",
    "designated": "由区指挥中心直接指派",
    "blown_by": "由 {post} 吹哨",
    "accused_not_called": "被诉单位 {department} 不派",
    "lead_is_accused": "应主办单位为被诉单位",
    "lead_overlap": "另有合同也应主办：{passed_over}",
    "merged": "自事项 {from} 并入",
    "alone": "不再等待协办单位",
}
REQUESTS: Final = {
    "consult": "咨询",
    "help": "求助",
    "complaint": "投诉",
    "report": "举报",
    "suggestion": "建议",
    "thanks": "表扬",
    "other": "其他",
}
_VERSION: Final = re.compile(r"[0-9]{1,9}")
_MOST_FILES: Final = 4
"""Files of one upload."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed and was not taken: for which move, why, and where."""

    move: str = ""
    told: Any = None
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, name: str, move: str) -> str:
        """What stood in a field of that move's form."""
        return (self.values.get(name) or ("",))[0] if move == self.move else ""

    def ticked(self, name: str, value: str, move: str) -> bool:
        """Whether a box was ticked."""
        return move == self.move and value in self.values.get(name, ())


NOTHING: Final = Typed()


@router.get("/inbox/{whistle_id}")
def whistle(
    request: Request, house: House, visitor: Operator, whistle_id: PlainText, callback: str = ""
) -> HTMLResponse:
    """The whistle as its department may see it now; with `callback`, whom it may call back."""
    return draw_whistle(request, house, visitor, whistle_id, with_callback=callback == "1")


@router.get("/inbox/{whistle_id}/print")
def on_paper(request: Request, house: House, visitor: Operator, whistle_id: PlainText) -> HTMLResponse:
    """The same for a printer, as far as grants let it onto paper."""
    return draw_whistle(request, house, visitor, whistle_id, through=Exit.PRINT)


@router.get("/inbox/{whistle_id}/files/{attachment_id}")
def file(house: House, visitor: Operator, whistle_id: PlainText, attachment_id: PlainText) -> Response:
    """One picture that a person released."""
    found = house.attached.open(
        visitor.account.organisation,
        whistle_id,
        attachment_id,
        purpose=HANDLE,
        ledger=house.ledgers.mine(),
        now=house.clock.now(),
        door=Door(Exit.PAGE, visitor.account.name),
    )
    headers = {
        "content-disposition": f'inline; filename="{found.name}"',
        "content-security-policy": "sandbox",
    }
    return Response(found.content, media_type=MEDIA_TYPE, headers=headers)


@router.post("/inbox/{whistle_id}/moves")
async def move(request: Request, house: House, visitor: Operator, whistle_id: PlainText) -> Response:
    """Reports in, by the same door as the department's software; a refusal stands beside the form, what was typed kept."""
    form = await request.form()
    return await run_in_threadpool(_move, request, house, visitor, whistle_id, form)


@router.post("/inbox/{whistle_id}/evidence")
async def hand_in(request: Request, house: House, visitor: Operator, whistle_id: PlainText) -> Response:
    """Takes files that show what was done, known by their content."""
    form = await request.form()
    files = [one for one in form.getlist("file") if isinstance(one, UploadFile) and one.size]
    contents = [await one.read(EVIDENCE_LIMIT + 1) for one in files[: _MOST_FILES + 1]]
    return await run_in_threadpool(_hand_in, request, house, visitor, whistle_id, contents)


def _move(request: Request, house: Assembly, visitor: Visitor, whistle_id: str, form: FormData) -> Response:
    texts = {name: [str(one) for one in form.getlist(name)] for name in form}
    named = texts.get("move", [""])[0]
    try:
        message = _message(house, visitor, whistle_id, texts)
        who, now = visitor.account, house.clock.now()
        house.reporting.take(who.organisation, whistle_id, message, now, person=who.name)
    except Refused as refused:
        if refused.code == "W103":
            raise
        typed = Typed(named, text_of(refused, visitor.language), texts)
        return draw_whistle(request, house, visitor, whistle_id, typed=typed, status=409)
    return RedirectResponse(f"/inbox/{whistle_id}?done={named}", status_code=303)


def _message(
    house: Assembly, visitor: Visitor, whistle_id: str, texts: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The report as the department's software would send it. Raises Refused W103 where it is not its own."""
    said = {name: some[0].strip() for name, some in texts.items() if some}
    message: dict[str, Any] = {name: said.get(name, "") for name in ("nonce", "move")}
    message |= {name: said[name] for name in ("reason_code", "note") if said.get(name)}
    if said.get("until"):
        message["until"] = moment_of(said["until"])
    if version := said.get("version", ""):
        message["version"] = int(version) if _VERSION.fullmatch(version) else version
    if message["move"] == "result":
        questions = questions_of(house.sheets.form_of(visitor.account.organisation, whistle_id))
        message["form"] = said_in(
            questions, {one.name: texts.get(f"form.{one.name}", ()) for one in questions}
        )
        message["alone"] = said.get("alone") == "1"
    return message


def _hand_in(
    request: Request, house: Assembly, visitor: Visitor, whistle_id: str, contents: Sequence[bytes]
) -> Response:
    try:
        _check_sizes(contents)
        for content in contents:
            house.evidence.hand_in(visitor.account.organisation, whistle_id, content, house.clock.now())
    except Refused as refused:
        if refused.code == "W103":
            raise
        typed = Typed("evidence", text_of(refused, visitor.language))
        return draw_whistle(request, house, visitor, whistle_id, typed=typed, status=422)
    return RedirectResponse(f"/inbox/{whistle_id}?done=evidence#evidence", status_code=303)


def _check_sizes(contents: Sequence[bytes]) -> None:
    """None is taken where one is too large, or where there are too many: whoever sent them believes they all came."""
    if len(contents) > _MOST_FILES:
        raise Refused("P302", most=_MOST_FILES)
    if any(len(content) > EVIDENCE_LIMIT for content in contents):
        raise Refused("P108")


def draw_whistle(
    request: Request,
    house: Assembly,
    visitor: Visitor,
    whistle_id: str,
    *,
    through: Exit = Exit.PAGE,
    with_callback: bool = False,
    typed: Typed = NOTHING,
    status: int = 200,
) -> HTMLResponse:
    """The page of a whistle; `typed`: a form on it that was not taken."""
    sheet = house.sheets.open(
        reader_of(visitor),
        whistle_id,
        ledger=house.ledgers.mine(),
        now=house.clock.now(),
        through=through,
        with_callback=with_callback,
    )
    language = visitor.language
    return draw(
        request,
        visitor,
        "whistle_print.html" if through is Exit.PRINT else "whistle.html",
        status=status,
        sheet=sheet,
        matter=given(sheet.matter, "whistle", "incident"),
        reports=given_all(sheet.matter["reports"], "event"),
        callback=given_all(sheet.callback.get("reports", ()), "resident"),
        typed=typed,
        done=request.query_params.get("done", ""),
        now=minute_of(house.clock.now()),
        nonces={one.value: secrets.token_hex(16) for one in sheet.moves},
        questions=questions_of(sheet.contract.form),
        why_called=[_ground(one, house, language) for one in sheet.reasons],
        why_due=lambda clock: [_why(one, language) for one in clock.deadline.derivation],
        limit=lambda clock: (
            f"{clock.deadline.limit.value} {unit_in_words(clock.deadline.limit.unit, language)}"
        ),
        contract_title=sheet.contract.title if _is_told(sheet, "contract_id") else "",
        sources={id_: one.title for id_, one in house.pack.sources.items()},
        department=house.names.get(visitor.account.organisation, visitor.account.organisation),
        states=STATES,
        levels=LEVELS,
        parts=PARTS,
        steps=STEPS,
        moves=MOVES,
        history=HISTORY,
        actors=ACTORS,
        reasons=REASONS,
        answers=ANSWERS,
        requests=REQUESTS,
        **facts_of(house, sheet, visitor),
        told_minute=minute_of_text,
        language_code=language.value,
    )


def _is_told(sheet: Sheet, leaf: str) -> bool:
    return leaf in sheet.matter.get("whistle", {})


def _ground(reason: Reason, house: Assembly, language: Language) -> str:
    """Why this department is called, with the names of bodies."""
    names = house.pack.organisations
    facts = {
        name: names[DepartmentId(str(one))].name if str(one) in names else str(one)
        for name, one in reason.facts.items()
    }
    return in_language(GROUNDS.get(reason.rule, reason.rule), language).format_map(defaultdict(str, facts))


def _why(reason: Reason, language: Language) -> str:
    """Why something is due then, its moments as people read them."""
    facts = {name: minute_of_text(one) if isinstance(one, str) else one for name, one in reason.facts.items()}
    if "level" in facts:
        facts["level"] = in_language(LEVELS.get(str(facts["level"]), str(facts["level"])), language)
    return in_words(reason.rule, facts, language) or reason.rule
