"""A system that can do nothing but export, to play with: a CSV file for every so many reports."""

import csv
import io
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from hub.plugin import SimulatorSetup, Utterance
from hub.plugin.times import zone_of

FAILURES: Final[Mapping[str, str]] = {
    "utf8_bom": "文件是带 BOM 的 UTF-8，不是 GB18030",
    "utf16": "文件是 UTF-16（Excel 的“Unicode 文本”）",
    "not_a_table": "多出一个不是文本的文件",
    "unreadable": "一行的引号没有闭合",
    "shifted": "一行多出一个分隔符，其后各列错位",
    "lost_digits": "一行的电话被表格软件转成科学计数",
    "line_break": "一行的内容里有换行和引号",
    "test_data": "一行是厂商测试",
    "unknown_code": "一行的代码不在任何代码表里",
    "no_number": "一行没有编号",
    "resend": "一行在下一个文件里原样再来一次",
}
"""Failure mode, and per-utterance `defect` but for the first three, by name → what happens."""
_OF_FILES: Final = frozenset({"utf8_bom", "utf16", "not_a_table"})
_ROWS_A_FILE: Final = 50
_ZONE: Final = zone_of("Asia/Shanghai")
_SHARE: Final = 0.1
HEADINGS: Final = (
    *("编号", "平台编号", "分类代码", "标题", "内容", "地址", "经度", "纬度", "区划代码"),
    *("诉求人", "电话", "是否回访", "是否保密", "诉求类型", "紧急程度", "发生时间", "上报时间"),
)
_COLUMNS: Final = {
    "source_ref": "编号",
    "category": "分类代码",
    "title": "标题",
    "content": "内容",
    "address": "地址",
    "lon": "经度",
    "lat": "纬度",
    "area_code": "区划代码",
    "requester_name": "诉求人",
    "requester_phone": "电话",
    "callback": "是否回访",
    "secret": "是否保密",
    "request_type": "诉求类型",
    "urgency": "紧急程度",
    "occurred_at": "发生时间",
    "reported_at": "上报时间",
}


@dataclass(frozen=True, slots=True)
class _Export:
    due_at: datetime
    name: str
    content: bytes
    bodies: int


class FileExport:
    """Writes into `setup.place` a file when the last of its reports is due on the scenario clock."""

    def __init__(self, setup: SimulatorSetup) -> None:
        self._setup: Final = setup
        self._waiting: list[_Export] = _plan(setup)
        self._said = 0
        self._lock: Final = threading.Lock()
        self._stopping: Final = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> Mapping[str, object]:
        """Starts to export; returns the configuration for the adapter."""
        self._thread = threading.Thread(target=self._run, name="file-export", daemon=True)
        self._thread.start()
        return self.config()

    def config(self) -> Mapping[str, object]:
        """The adapter's configuration: where the files come, and what their columns mean."""
        tables = {one.code_table for one in self._setup.utterances}
        return {
            "files": str(self._setup.place),
            "pattern": "*.csv",
            "format": "csv",
            "columns": _COLUMNS,
            "aliases": {"platform": "平台编号"},
            "code_table": min(tables, default=""),
            "crs": "cgcs2000",
        }

    def let_out(self) -> None:
        """Writes every file whose time has come."""
        with self._lock:
            while self._waiting and self._waiting[0].due_at <= self._setup.clock.now():
                export = self._waiting.pop(0)
                part = self._setup.place / f".{export.name}.part"
                part.write_bytes(export.content)
                part.replace(self._setup.place / export.name)
                self._said += export.bodies

    def push_to(self, hub_url: str) -> None:
        """Nothing: it only exports."""

    def said(self) -> int:
        """Rows so far, and one for each file that is no table."""
        with self._lock:
            return self._said

    def heard(self) -> Sequence[Mapping[str, str]]:
        """Nothing, ever."""
        return ()

    def done(self) -> bool:
        """True once every file was written."""
        with self._lock:
            return not self._waiting

    def stop(self) -> None:
        """Stops; may be called twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2.0)
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.wait(0.02):
            self.let_out()


def _plan(setup: SimulatorSetup) -> list[_Export]:
    """All files, by time; the seed chooses whom a failure mode strikes."""
    random = Random(setup.seed)  # noqa: S311  a scenario, no secret
    of_rows = sorted({*setup.failures} & FAILURES.keys() - _OF_FILES)
    exports: list[_Export] = []
    again: list[str] = []
    told = setup.utterances
    for at in range(0, len(told), _ROWS_A_FILE):
        some = told[at : at + _ROWS_A_FILE]
        lines, resent = list(again), list[str]()
        for one in some:
            struck = bool(of_rows) and not one.defect and random.random() < _SHARE
            defect = random.choice(of_rows) if struck else one.defect
            lines.append(_line(one, defect))
            resent += [lines[-1]] if defect == "resend" else []
        again = resent
        exports.append(_file(len(exports), some[-1].at, lines, setup.failures))
    if again:
        exports.append(_file(len(exports), told[-1].at, again, setup.failures))
    if "not_a_table" in setup.failures and exports:
        exports.append(_Export(exports[-1].due_at, "export-9999.csv", b"\xff\xff\x00" * 9, 1))
    return exports


def _file(number: int, due_at: datetime, lines: Sequence[str], failures: Sequence[str]) -> _Export:
    text = "".join((_csv(HEADINGS), *lines))
    charset = "utf-8-sig" if "utf8_bom" in failures else "utf-16" if "utf16" in failures else "gb18030"
    return _Export(due_at, f"export-{number:04d}.csv", text.encode(charset), len(lines))


def _line(one: Utterance, defect: str) -> str:
    person = one.requester
    phone = person.phone if person else ""
    cells = {
        "编号": "" if defect == "no_number" else one.ref,
        "平台编号": one.second_ref,
        "分类代码": "9999" if defect == "unknown_code" else one.code,
        "标题": "测试工单，勿派" if defect == "test_data" else one.title,
        "内容": f'{one.content}\r\n又称“老地方”，"当面"再说' if defect == "line_break" else one.content,
        "地址": one.address,
        "经度": "" if one.lon is None else f"{one.lon:.6f}",
        "纬度": "" if one.lat is None else f"{one.lat:.6f}",
        "区划代码": one.area_code,
        "诉求人": person.name if person else "",
        "电话": "1.38E+10" if defect == "lost_digits" else phone,
        "是否回访": "是" if person and person.callback else "否",
        "是否保密": "是" if one.secret else "否",
        "诉求类型": one.request_type.value,
        "紧急程度": one.urgency.value,
        "发生时间": _wall(one.occurred_at),
        "上报时间": _wall(one.reported_at),
    }
    line = _csv([cells[name] for name in HEADINGS])
    if defect == "unreadable":
        return '"' + line
    return line.replace("\r\n", ",多出一格\r\n") if defect == "shifted" else line


def _csv(cells: Sequence[str]) -> str:
    made = io.StringIO(newline="")
    csv.writer(made).writerow(cells)
    return made.getvalue()


def _wall(moment: datetime) -> str:
    return moment.astimezone(_ZONE).strftime("%Y/%m/%d %H:%M:%S")
