"""An office that fills in an Excel table and sends it, to play with: the other side of `hub.plugin.transport.excel_upload`.

It writes real workbooks. A subclass says the headings, and how one utterance looks as a row. Failure modes: `FAILURES`.
"""

import io
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet.worksheet import Worksheet

from hub.plugin.adapter import PeerReply, PeerRequest
from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_http import HttpSimulator
from hub.plugin.transport.excel_upload import PATH

OF_SENDING: Final[Mapping[str, str]] = {
    "wrong_upload_key": "每次上传前先用错误的密钥上传一次",
    "ack_lost": "上传已被接收但办公室当作失败，再上传一次",
}
FAILURES: Final[Mapping[str, str]] = {
    **OF_SENDING,
    "form_upload": "以浏览器表单上传",
    "no_workbook": "先上传一个被截断的文件",
    "rounded_number": "第一行的编号被表格软件转成科学计数",
    "merged_cells": "每张表另有两行，合并了编号以外的前几列",
}
"""Failure modes by name."""
_XLSX: Final = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class Office(HttpSimulator):
    """Sends workbooks; nothing can be asked of it."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._answers: Final[list[bytes]] = []

    @property
    def upload_key(self) -> str:
        """The key that it was given."""
        return self.setup.secrets.get("upload_key") or f"upload-key-{self.setup.seed}"

    def answer(self, request: PeerRequest) -> PeerReply:  # noqa: ARG002  nothing is there
        """Nothing is there."""
        return PeerReply(404)

    def upload(self, workbook: bytes, rows: int, *, form: bool = False) -> None:
        """Sends one workbook of so many rows, as often as it takes."""
        kind, body = as_form(workbook) if form else (dict(_XLSX), workbook)
        if self.fails("wrong_upload_key"):
            self.send("POST", PATH, headers=kind | {"x-upload-key": "guessed"}, body=body)
        for _ in range(2 if self.fails("ack_lost") else 1):
            reply = self.deliver(
                "POST", PATH, headers=lambda: kind | {"x-upload-key": self.upload_key}, body=body
            )
            if reply is not None:
                self._answers.append(reply.body)
                self.count(rows - 1 if reply.status < 300 else 1)

    def upload_answers(self) -> tuple[bytes, ...]:
        """What the hub answered to its tables, oldest first."""
        with self.lock:
            return tuple(self._answers)


class ExcelSystem(Office):
    """Sends what is due as one table."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES
    together = 200

    @abstractmethod
    def headings(self) -> Sequence[str]:
        """The heading of the table; the first column is the report's number."""

    @abstractmethod
    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """The utterance as a row, by heading."""

    def config(self) -> Mapping[str, object]:
        """The key; where the tables come in, the hub says."""
        return {"upload_key": self.upload_key}

    def speak_together(self, due: Sequence[Utterance]) -> None:
        """One table with all of them."""
        rows = [self.row(one) for one in due]
        workbook = workbook_of(self.headings(), rows, spoilt=self.setup.failures)
        if self.fails("no_workbook"):
            self.upload(workbook[: len(workbook) // 2], 1)
        self.upload(workbook, len(rows), form=self.fails("form_upload"))


def workbook_of(
    headings: Sequence[str], rows: Sequence[Mapping[str, str]], *, spoilt: Sequence[str] = ()
) -> bytes:
    """A workbook with one table below a title, every cell a text; `spoilt` names what went wrong in it."""
    book = openpyxl.Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.append(["登记表"])
    sheet.append(list(headings))
    for at, row in enumerate(rows, start=3):
        for column, name in enumerate(headings, start=1):
            _put(sheet, at, column, row.get(name, ""))
    if "rounded_number" in spoilt and rows:
        cell = sheet.cell(3, 1)
        cell.value = float(329901199001011234)
        cell.number_format = "0.00E+00"  # what a spreadsheet makes of a long number (N21)
    if "merged_cells" in spoilt and len(rows) > 1:
        for column in range(2, min(4, len(headings)) + 1):
            sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_form(workbook: bytes) -> tuple[dict[str, str], bytes]:
    """The workbook as a browser's form sends it."""
    boundary = "----GridFormBoundary7MA4"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="登记表.xlsx"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
    return kind, head.encode() + workbook + f"\r\n--{boundary}--\r\n".encode()


def _put(sheet: Worksheet, row: int, column: int, words: str) -> None:
    """As a person would have typed it into a column of texts: never a formula, no sign that Excel cannot hold."""
    if words:
        cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", words))
        cell.data_type = "s"
