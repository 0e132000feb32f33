"""A system that can do nothing but export, to play with: a CSV file for every so many reports."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import ClassVar, Final

from hub.plugin import SimulatorSetup, Utterance
from hub.plugin.simulator_talking import Talker
from hub.plugin.systems.ferry_pull import write_whole
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


class FileExport(Talker):
    """Writes what is due into `setup.place`, so many rows a file; the seed chooses whom a failure mode strikes."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES
    together = 50

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._dice: Final = Random(setup.seed)  # noqa: S311  a scenario, no secret
        self._of_rows: Final = sorted({*setup.failures} & FAILURES.keys() - _OF_FILES)
        self._again: list[str] = []
        self._files = 0

    def config(self) -> Mapping[str, object]:
        """The adapter's configuration: where the files come, and what their columns mean."""
        tables = {one.code_table for one in self.setup.utterances}
        return {
            "files": str(self.setup.place),
            "pattern": "*.csv",
            "format": "csv",
            "columns": _COLUMNS,
            "aliases": {"platform": "平台编号"},
            "code_table": min(tables, default=""),
            "crs": "cgcs2000",
        }

    def speak_together(self, due: Sequence[Utterance]) -> None:
        """One file; behind the last of all, what is to come again and what is no table."""
        lines, again = self._again, list[str]()
        for one in due:
            defect = self._defect(one)
            lines.append(_line(one, defect))
            again += [lines[-1]] if defect == "resend" else []
        self._write(lines)
        self._again = again
        if due[-1] is not self.setup.utterances[-1]:
            return
        if again:
            self._write(again)
        if self.fails("not_a_table"):
            write_whole(self.setup.place, "export-9999.csv", b"\xff\xff\x00" * 9)
            self.count()

    def _defect(self, one: Utterance) -> str:
        struck = bool(self._of_rows) and not one.defect and self._dice.random() < _SHARE
        return self._dice.choice(self._of_rows) if struck else one.defect

    def _write(self, lines: Sequence[str]) -> None:
        text = "".join((_csv(HEADINGS), *lines))
        charset = "utf-8-sig" if self.fails("utf8_bom") else "utf-16" if self.fails("utf16") else "gb18030"
        write_whole(self.setup.place, f"export-{self._files:04d}.csv", text.encode(charset))
        self._files += 1
        self.count(len(lines))


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
