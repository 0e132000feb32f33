"""A source that is an Excel table, sent by an office that has no interface: everything about it but what its rows mean.

A subclass says which columns it looks for (`columns`) and sorts a row into drafts (`drafts`). One row is one record: a
wrong row does not stop its table. Rules: domain.md N21 (lost digits are not believed), N22 (merged cells), N26 (`4.0`).
"""

import hmac
import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Generic, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, SecretStr

from hub.errors import BadRecord, HeldRecord, PeerRefused
from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Admitted, Body, PeerReply, PeerRequest, Received, Tools
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.excel import Columns, TableRow, read_table
from hub.plugin.transport.upload import file_in

ROW: Final = "row"
WORKBOOK: Final = "workbook"
LIMIT_BYTES: Final = 20 * 1024 * 1024
PATH: Final = "/upload"


class Uploads:
    """The door for tables: `POST /upload` with the header `x-upload-key`, the file itself or as a browser's form."""

    def __init__(self, columns: Columns, key: SecretStr) -> None:
        self._columns: Final = columns
        self._key: Final = key

    def receive(self, request: PeerRequest) -> Received:
        """One table. Its answer names the rows that will wait and why, never a value.

        A file that is no table is one record (`workbook`), which ends `dead`: it is not lost, and its
        sender is told. Raises PeerRefused P107 (no such door), P109 (key), P108 (too large).
        """
        if (request.method, request.path) != ("POST", PATH):
            raise _refusal("P107", 404, "没有这个入口")
        shown = request.headers.get("x-upload-key", "")
        if not hmac.compare_digest(shown.encode(), self._key.get_secret_value().encode()):
            raise _refusal("P109", 401, "上传密钥无效")
        if len(request.body) > LIMIT_BYTES:
            raise _refusal("P108", 413, "文件过大，请拆分")
        workbook = file_in(request.headers, request.body)
        failed = _reply(503, 503, "系统繁忙，请稍后重试")
        try:
            rows = read_table(workbook, self._columns)
        except BadRecord as error:
            told = _reply(422, 422, f"文件无法读取（{error.code}），请核对表头与格式")
            return Received((Body(workbook, WORKBOOK),), told, failed)
        told = _reply(200, 0, "已接收", rows=len(rows), waiting=_waiting(rows))
        return Received(tuple(map(_body_of, rows)), told, failed)

    def admit(self, body: Body) -> Admitted:
        """A row with nothing but our columns; of a file that is no table, nothing. For an adapter whose senders may have
        tables that must not be held; raises BadRecord R102 for a row that is no object."""
        if body.kind == WORKBOOK:
            return Admitted(None, (WORKBOOK,))
        said = read_json(body.content)
        if not isinstance(said, Mapping):
            raise BadRecord("R102")
        cells, lost = said.get("cells"), said.get("lost")
        named = cells if isinstance(cells, Mapping) else {}
        kept = {
            "cells": {
                name: one for name, one in named.items() if self._is_ours(name) and isinstance(one, str)
            },
            "lost": [name for name in lost if self._is_ours(name)] if isinstance(lost, list) else [],
        }
        if kept == said:
            return Admitted(body.content)
        # with escapes: a word may hold half a character, which no charset can hold
        return Admitted(json.dumps(kept).encode(), ("unlisted",))

    def _is_ours(self, column: object) -> bool:
        return isinstance(column, str) and column in self._columns.headings

    def rows(self, body: Body) -> tuple[Body, ...]:
        """The records of a body: of a whole workbook (a sample, or one that is none) its rows, of a row itself.

        Raises BadRecord R102, R103, R201 for a file that is no such table.
        """
        if body.kind != WORKBOOK:
            return (body,)
        return tuple(map(_body_of, read_table(body.content, self._columns)))

    def fields(self, body: Body) -> Iterator[Fields]:
        """The cells of each row of a body; raises as `rows` and `cells`."""
        return (self.cells(row.content) for row in self.rows(body))

    def cells(self, row: bytes) -> Fields:
        """The cells of a row, by our names of the columns.

        Raises HeldRecord R204 naming the first column that has lost digits: a number off by some hundreds is
        another person's, so the whole row waits for an export with that column as text.
        """
        said = Fields.of(read_json(row))
        lost = said.texts("lost")
        if lost:
            column = lost[0] if lost[0] in self._columns.headings else "*"  # a name that was sent is not told
            raise HeldRecord("R204", pointer=f"/cells/{column}")
        return said.inside("cells")


class ExcelUploadConfig(BaseModel):
    """What an administrator sets for any source that sends tables. Closed: a misspelt setting stops the start."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    upload_key: SecretStr
    """Who sends tables to `/upload` shows this key; long and random, another for each hub."""
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""


Config = TypeVar("Config", bound=ExcelUploadConfig)


class ExcelUpload(Generic[Config]):
    """An adapter that is sent tables. Bodies: `row`, and `workbook` for a file that is no table."""

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        self._uploads: Final = Uploads(self.columns(), config.upload_key)

    @abstractmethod
    def columns(self) -> Columns:
        """Which columns are looked for, under which headings. Asked once."""

    @abstractmethod
    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What a row says, by our names of the columns."""

    def check(self) -> None:
        """Nothing: there is nobody to ask, the office sends its tables by itself."""

    def receive(self, request: PeerRequest) -> Received:
        """One table; see `Uploads.receive`."""
        return self._uploads.receive(request)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one row, or of a whole table (samples); raises HeldRecord R204 for lost digits."""
        rows = self._uploads.fields(Body(body.content, body.kind or arrival.kind))
        return [one for row in rows for one in self.drafts(row, arrival)]

    def close(self) -> None:
        """Nothing is kept open."""


def _body_of(row: TableRow) -> Body:
    """One row as a record: its cells by our names, and which of them have lost digits. Where in the
    workbook it stood is left out, so that the same row sent again is the same record (N01)."""
    told = {"cells": row.cells, "lost": row.lost}
    return Body(orjson.dumps(told, option=orjson.OPT_SORT_KEYS), ROW)


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
