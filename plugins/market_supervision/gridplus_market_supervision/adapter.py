"""The adapter of market supervision: reads letters page by page, takes tables, tells results."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import orjson

from gridplus_market_supervision.config import MarketConfig
from gridplus_market_supervision.letter import drafts_of
from gridplus_market_supervision.table import body_of, letter_of, rows_of
from gridplus_market_supervision.upload import file_in
from hub.errors import BadRecord, PeerRefused, TryLater
from hub.model import Arrival, Draft, GridDraft, Stage
from hub.plugin import Answer, Body, Listed, Page, PeerReply, PeerRequest, Receipt, Received, Tools
from hub.plugin.fields import Fields
from hub.plugin.json_text import cut_rows, read_json
from hub.plugin.text import tidy_ref
from hub.plugin.times import zone_of
from hub.plugin.transport.excel import TableRow
from hub.plugin.transport.http import call, document, opened
from hub.plugin.transport.oauth2 import ClientCredentials

_UPLOAD_LIMIT_BYTES: Final = 20 * 1024 * 1024
_TIME_FORMAT: Final = "%Y%m%d%H%M%S"
_LETTERS: Final = "/api/v2/letters"
_WORDS: Final = {
    Stage.ACCEPTED: "已受理",
    Stage.RETURNED: "退回",
    Stage.DONE_BY_DEPT: "已办结",
    Stage.CLOSED: "已归档",
    Stage.REJECTED: "不予受理",
}
"""How the platform calls the stages that it can be told; every other stage is 办理中 to it."""


class MarketSupervision:
    """Letters (`letter`) by cursor; tables by `POST /upload`, one record a row (`row`)."""

    def __init__(self, config: MarketConfig, tools: Tools) -> None:
        self._config: Final = config
        self._zone: Final = zone_of(config.zone)
        credentials = ClientCredentials(
            f"{config.base_url}/oauth/token", config.client_id, config.client_secret, clock=tools.clock
        )
        self._client: Final = tools.http(base_url=config.base_url, auth=credentials)

    def check(self) -> None:
        """Asks for one letter with the configured credentials."""
        self._ask("GET", _LETTERS, params={"cursor": "", "limit": "1"})

    def read(self, cursor: str) -> Page:
        """Letters behind `cursor`, which is the platform's own; raises TryLater S110 for an empty page
        where letters are announced (N65)."""
        content, page = self._ask(
            "GET", _LETTERS, params={"cursor": cursor, "limit": str(self._config.page_size)}
        )
        try:
            rows = cut_rows(content, "items")
        except ValueError:
            raise TryLater("S104") from None
        if not rows:
            if page.get("total") not in (0, "0", None):
                raise TryLater("S110")
            return Page((), cursor)
        after = page.get("nextCursor")
        if not isinstance(after, str) or after in ("", cursor):
            raise TryLater("S104")  # without a place behind this page the next read would be this one
        more = page.get("hasMore") in (True, 1, "1", "true")
        return Page(tuple(Body(row, "letter") for row in rows), after, more)

    def receive(self, request: PeerRequest) -> Received:
        """One table. Its answer names the rows that will wait and why, never a value.

        A file that is no table is one record (`workbook`), which ends `dead`: it is not lost, and its
        sender is told. Raises PeerRefused P107 (no such door), P109 (key), P108 (too large).
        """
        if (request.method, request.path) != ("POST", "/upload"):
            raise _refusal("P107", 404, "没有这个入口")
        shown = request.headers.get("x-upload-key", "")
        if not hmac.compare_digest(shown.encode(), self._config.upload_key.get_secret_value().encode()):
            raise _refusal("P109", 401, "上传密钥无效")
        if len(request.body) > _UPLOAD_LIMIT_BYTES:
            raise _refusal("P108", 413, "文件过大，请拆分")
        workbook = file_in(request.headers, request.body)
        failed = _reply(503, 503, "系统繁忙，请稍后重试")
        try:
            rows = rows_of(workbook)
        except BadRecord as error:
            told = _reply(422, 422, f"文件无法读取（{error.code}），请核对表头与格式")
            return Received((Body(workbook, "workbook"),), told, failed)
        bodies = tuple(Body(body_of(row), "row") for row in rows)
        return Received(bodies, _reply(200, 0, "已接收", rows=len(rows), waiting=_waiting(rows)), failed)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one letter, of one row, or of a whole table (samples)."""
        if body.kind == "workbook":
            bodies = [Body(body_of(row), "row") for row in rows_of(body.content)]
            return tuple(draft for one in bodies for draft in self.normalise(one, arrival))
        told = Fields.of(read_json(body.content))
        letter = letter_of(told) if body.kind == "row" else told
        return drafts_of(letter, arrival, self._config)

    def tell(self, answer: Answer) -> Receipt:
        """Writes progress or a result to its letter; telling twice changes nothing, the platform knows
        `nonce`. Raises Refused S113 where the letter takes no answer any more."""
        told = {
            "nonce": answer.nonce,
            "part": answer.part,
            "status": _WORDS.get(answer.stage, "办理中"),
            "result": answer.text,
            "dept": answer.department,
            "time": answer.at.astimezone(self._zone).strftime(_TIME_FORMAT),
        }
        _, said = self._ask("POST", f"{_LETTERS}/{quote(answer.source_ref, safe='')}/feedback", json=told)
        return Receipt(str(said.get("feedbackNo") or ""))

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """Numbers of the letters changed in that time, without their versions."""
        asked = {
            name: moment.astimezone(self._zone).strftime(_TIME_FORMAT)
            for name, moment in (("since", since), ("until", until))
        }
        _, said = self._ask("GET", f"{_LETTERS}/ids", params=asked)
        listed = said.get("items")
        if not isinstance(listed, list):
            raise TryLater("S104")
        yield from (Listed(tidy_ref(number)) for number in listed)

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self._client.close()

    def _ask(self, method: str, path: str, **how: Any) -> tuple[bytes, Mapping[str, object]]:
        """The answer's bytes and its frame, checked for errors inside."""
        reply = call(self._client, method, path, **how)
        return reply.content, opened(document(reply))


def _waiting(rows: Sequence[TableRow]) -> list[dict[str, object]]:
    return [
        {"sheet": row.sheet, "row": row.number, "columns": row.lost, "code": "R204"}
        for row in rows
        if row.lost
    ]


def _reply(status: int, code: int, message: str, **more: object) -> PeerReply:
    told = {"code": code, "message": message, **more}
    return PeerReply(status, orjson.dumps(told), {"content-type": "application/json;charset=UTF-8"})


def _refusal(code: str, status: int, message: str) -> PeerRefused:
    said = _reply(status, status, message)
    return PeerRefused(code, status=status, body=said.body, headers=said.headers)
