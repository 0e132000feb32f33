"""A department that puts files into a directory, to play with: the other side of `hub.plugin.transport.file_drop`.

What is due together is one file, with its twin `.done` beside it once it is whole. A subclass says how files are written
and how one utterance looks as a row. Failure modes: `FAILURES`.
"""

import csv
import io
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import ClassVar, Final
from xml.sax.saxutils import escape

import orjson

from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_talking import Talker
from hub.plugin.systems.excel_upload import workbook_of
from hub.plugin.systems.ferry_pull import write_whole
from hub.plugin.transport.file_rows import Format, Layout

FAILURES: Final[Mapping[str, str]] = {
    "half_written": "第一个文件先写一半、没有 .done，五分钟后才写完",
    "same_name": "每次导出都用同一个文件名，后一次覆盖前一次",
    "appended": "每次导出都续写在同一个文件末尾（仅限 CSV、JSON Lines）",
    "utf8_bom": "文本文件是带 BOM 的 UTF-8",
    "utf16": "文本文件是 UTF-16",
    "not_a_table": "目录里多出一个读不懂的文件",
}
"""Failure modes by name."""
MENDED_AFTER: Final = timedelta(minutes=5)
"""Scenario time after which a file that was half is whole."""


class FileDropSystem(Talker):
    """Exports what is due, file by file."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES
    together = 500
    charset = "gb18030"
    """Of text files."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._layout: Final = self.layout()
        self._files = 0

    @abstractmethod
    def layout(self) -> Layout:
        """How its adapter reads the files. Asked once."""

    @abstractmethod
    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """The utterance as a row, by heading or name of the field."""

    def settings(self) -> Mapping[str, object]:
        """The adapter's configuration beside where the files are; nothing where the subclass does not say."""
        return {}

    def config(self) -> Mapping[str, object]:
        """Where the files come, and how it is known that one is whole."""
        return {"files": str(self.setup.place), "whole": "twin", **self.settings()}

    def speak_together(self, due: Sequence[Utterance]) -> None:
        """One export."""
        rows = [self.row(one) for one in due]
        self._files += 1
        number = 1 if self.fails("same_name") or self.fails("appended") else self._files
        name = f"export-{number:06d}.{_ENDINGS[self._layout.format]}"
        content = self._content(rows)
        if self.fails("appended") and self._files > 1:
            content = (self.setup.place / name).read_bytes() + self._content(rows, headed=False)
        if self.fails("half_written") and self._files == 1:
            write_whole(self.setup.place, name, content[: len(content) // 2])
            self.later(due[-1].at + MENDED_AFTER, partial(self._finish, name, content, len(rows)))
            return
        self._finish(name, content, len(rows))
        if self.fails("not_a_table") and self._files == 1:
            self._finish("export-other.bin", b"\xff\xff\x00" * 9, 1)

    def _finish(self, name: str, content: bytes, rows: int) -> None:
        """The file, and then the word that it is whole."""
        write_whole(self.setup.place, name, content)
        write_whole(self.setup.place, f"{name}.done", b"")
        self.count(rows)

    def _content(self, rows: Sequence[Mapping[str, str]], *, headed: bool = True) -> bytes:
        layout = self._layout
        match layout.format:
            case Format.EXCEL:
                return workbook_of(layout.headings, rows)
            case Format.CSV:
                return self._encoded(_csv(layout, rows, headed=headed))
            case Format.JSONL:
                return self._encoded("".join(f"{orjson.dumps(dict(row)).decode()}\r\n" for row in rows))
            case Format.JSON:
                told: object = [dict(row) for row in rows]
                for part in reversed(layout.records_at.split("/")[1:]):
                    told = {part: told}
                return self._encoded(orjson.dumps(told).decode())
            case Format.XML:
                return self._encoded(_xml(layout.records_at.rpartition("/")[2], rows, self.charset))

    def _encoded(self, text: str) -> bytes:
        if self.fails("utf16"):
            return text.encode("utf-16")
        return text.encode("utf-8-sig" if self.fails("utf8_bom") else self.charset)


_ENDINGS: Final = {
    Format.CSV: "csv",
    Format.JSONL: "jsonl",
    Format.JSON: "json",
    Format.XML: "xml",
    Format.EXCEL: "xlsx",
}


def _csv(layout: Layout, rows: Sequence[Mapping[str, str]], *, headed: bool) -> str:
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=layout.delimiter)
    if headed:
        writer.writerow(layout.headings)
    writer.writerows([row.get(name, "") for name in layout.headings] for row in rows)
    return made.getvalue()


def _xml(element: str, rows: Sequence[Mapping[str, str]], charset: str) -> str:
    written = "".join(
        f"<{element}>{''.join(f'<{name}>{escape(value)}</{name}>' for name, value in row.items())}</{element}>\r\n"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="{charset}"?>\r\n<list>\r\n{written}</list>\r\n'
