"""The hotline's adapter: takes pushes, pulls pages, tells results. What an order says is in `order.py`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import quote

import orjson

from gridplus_hotline_12345.config import HotlineConfig
from gridplus_hotline_12345.cursor import TIME_FORMAT, Cursor
from gridplus_hotline_12345.order import drafts_of
from gridplus_hotline_12345.session import Session
from hub.errors import HeldRecord, PeerRefused, TryLater
from hub.model import Arrival, Draft, GridDraft, Stage
from hub.plugin import Answer, Body, Listed, Page, PeerReply, PeerRequest, Receipt, Received, Tools
from hub.plugin.json_text import cut_rows
from hub.plugin.text import tidy_ref
from hub.plugin.times import parse_moment, zone_of
from hub.plugin.transport.http import Reply, document
from hub.plugin.transport.signing import Gate

_PUSH_LIMIT_BYTES: Final = 20 * 1024 * 1024
_WORDS: Final = {
    Stage.ACCEPTED: "已签收",
    Stage.IN_PROGRESS: "办理中",
    Stage.SUSPENDED: "延期",
    Stage.RETURNED: "退单",
    Stage.DONE_BY_DEPT: "办结",
    Stage.CLOSED: "结案",
    Stage.REJECTED: "不予受理",
    Stage.REOPENED: "重办",
}
"""How the platform calls the stages that it can be told; every other stage is 办理中 to it."""


class Hotline12345:
    """Orders come by push (`/orders`, signed) and by pull; progress and results go back by order number."""

    def __init__(self, config: HotlineConfig, tools: Tools) -> None:
        self._config: Final = config
        self._zone: Final = zone_of(config.zone)
        self._session: Final = Session(config, tools)
        self._gate: Final = Gate({config.push_key: config.push_secret}, clock=tools.clock)

    def check(self) -> None:
        """Signs in once."""
        self._session.sign_in()

    def read(self, cursor: str) -> Page:
        """Orders changed since `cursor`, oldest first, each as sent; raises TryLater S110 for an empty
        page where the platform announces orders (N65)."""
        here = Cursor.load(cursor, since=self._config.since)
        question = here.question(self._config.overlap_s, self._zone)
        reply = self._session.get("/open/orders", **question, size=str(self._config.page_size))
        data = _data(reply)
        rows = _rows(reply)
        if not rows and data.get("total") not in (0, "0", None):
            raise TryLater("S110")
        at, number = _place(data.get("last"))
        more = bool(rows) and data.get("more") in (True, 1, "1", "true")
        after = here.after(
            rows, at=at, number=number, more=more, overlap_s=self._config.overlap_s, zone=self._zone
        )
        return Page(tuple(Body(row, "order") for row in here.fresh(rows)), after.dump(), more)

    def receive(self, request: PeerRequest) -> Received:
        """One pushed order. Raises PeerRefused in the platform's own words: P107 (no such door), P108
        (too large), P101–P103 (signature, time, replay)."""
        if (request.method, request.path) != ("POST", "/orders"):
            raise _refusal(PeerRefused("P107"), 404)
        if len(request.body) > _PUSH_LIMIT_BYTES:
            raise _refusal(PeerRefused("P108"), 413)
        try:
            admitted = self._gate.admit(
                method=request.method,
                path=request.path,
                query=request.query,
                headers=request.headers,
                body=request.body,
            )
        except PeerRefused as error:
            raise _refusal(error, 401) from None
        return Received(
            bodies=(Body(request.body, "order"),),
            reply=_reply(200, 0, "success"),
            failed=_reply(503, 503, "系统繁忙，请稍后重试"),
            stored=partial(self._gate.remember, admitted),
        )

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one order; see `order.drafts_of`."""
        return drafts_of(body.content, arrival, self._config)

    def tell(self, answer: Answer) -> Receipt:
        """Writes progress or a result to its order; the platform knows `nonce`, so telling twice changes
        nothing. Raises Refused S113 where the order takes no answer any more."""
        told = {
            "nonce": answer.nonce,
            "status": _WORDS.get(answer.stage, "办理中"),
            "itemNo": answer.part,
            "result": answer.text,
            "dept": answer.department,
            "time": answer.at.astimezone(self._zone).strftime(TIME_FORMAT),
        }
        data = _data(self._session.post(f"/open/orders/{quote(answer.source_ref, safe='')}/replies", told))
        return Receipt(str(data.get("replyNo") or ""))

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """The orders that the platform counts as changed in that time. It compares whole seconds."""
        asked = {"since": self._local(since), "until": self._local(until)}
        listed = _data(self._session.get("/open/orders/ids", **asked)).get("list")
        if not isinstance(listed, list):
            raise TryLater("S104")
        yield from (self._listed(one) for one in listed)

    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        """Single orders, each as it stands at the platform now."""
        for ref in refs:
            reply = self._session.get(f"/open/orders/{quote(ref, safe='')}")
            yield from (Body(row, "order") for row in _rows(reply))

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime(TIME_FORMAT)

    def _listed(self, one: object) -> Listed:
        """A number with its update time; older platforms list bare numbers."""
        if not isinstance(one, Mapping):
            return Listed(tidy_ref(one))
        try:
            updated_at = parse_moment(str(one.get("updateTime") or ""), zone=self._zone)
        except HeldRecord:
            updated_at = None
        return Listed(tidy_ref(one.get("platformNo")), updated_at.isoformat() if updated_at else "")

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self._session.close()


def _data(reply: Reply) -> Mapping[str, object]:
    data = document(reply).get("data")
    return data if isinstance(data, Mapping) else {}


def _place(last: object) -> tuple[str, str]:
    """Update time and number of the page's last order, as the platform orders them; "" where empty."""
    if not isinstance(last, Mapping):
        return "", ""
    return str(last.get("updateTime") or ""), str(last.get("platformNo") or "")


def _rows(reply: Reply) -> tuple[bytes, ...]:
    try:
        return cut_rows(reply.content, "data", "list")
    except ValueError:
        raise TryLater("S104") from None


def _reply(status: int, code: int, message: str) -> PeerReply:
    """An answer in the platform's own form."""
    return PeerReply(
        status, orjson.dumps({"code": code, "msg": message}), {"content-type": "application/json"}
    )


_REFUSALS: Final = {
    "P101": "签名错误",
    "P102": "时间戳超出允许范围",
    "P103": "重复请求",
    "P107": "接口不存在",
    "P108": "报文过大",
}


def _refusal(error: PeerRefused, status: int) -> PeerRefused:
    said = _reply(status, status, _REFUSALS[error.code])
    return PeerRefused(error.code, status=status, body=said.body, headers=said.headers)
