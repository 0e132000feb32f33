"""Files → rows, each as it stands in the file, with the place behind it; and a row → its cells. Pure.

A row of a CSV file is kept with its heading line, so that it can be read alone, byte for byte; a row of a
workbook, which has no bytes of its own, as the JSON of its cells; an element of an XML document in UTF-8.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import orjson

from hub.errors import BadRecord
from hub.plugin.fields import Fields
from hub.plugin.json_text import cut_rows, read_json
from hub.plugin.text import decode, decode_unproved
from hub.plugin.transport.excel import Columns, read_table
from hub.plugin.transport.xml import declared_charset, elements_of, local_name, parse_xml, text_in

UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


class Format(StrEnum):
    """How the files are written."""

    CSV = "csv"
    JSONL = "jsonl"
    """One JSON object a line."""
    JSON = "json"
    """One document: `records_at` points to its list of objects, or to the one object."""
    EXCEL = "excel"
    XML = "xml"
    """One document: `records_at` ends with the name of the elements that are records."""


GROWING: Final = frozenset({Format.CSV, Format.JSONL})
"""Where what is added stands behind what was there. Not so in UTF-16: its rows are cut in a copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the files of one source are written."""

    format: Format
    headings: tuple[str, ...] = ()
    """Columns without which a CSV file or workbook is not the table; JSON pointers among them lead into records."""
    encoding: str = ""
    """Declared charset of text files; "" to find out."""
    delimiter: str = ","
    heading_row: int = 1
    """Line of the headings of a CSV file; titles above it are left out."""
    records_at: str = ""
    """JSON pointer to the records of a JSON document, "" for the document itself; `/event` for XML."""
    row_bytes: int = 256 * 1024
    """The longest row; a CSV row that goes over several lines ends there."""

    def __post_init__(self) -> None:
        if self.format is Format.XML and not self.records_at.rpartition("/")[2]:
            raise ValueError("records_at names the elements of an XML document")


@dataclass(frozen=True, slots=True)
class Row:
    """One row's bytes, and the place in the file behind it."""

    content: bytes
    behind: int


class Table(Protocol):
    """A file that was opened; `rows_from(0)` gives all of it."""

    def rows_from(self, place: int) -> Iterator[Row]:
        """The rows from that place on; places are those that earlier rows named."""
        ...


def open_table(content: bytes, layout: Layout) -> Table:
    """The rows of one file; raises BadRecord where it is none of its format as a whole."""
    match layout.format:
        case Format.CSV:
            return _Sheet(_as_utf8(content), layout)
        case Format.JSONL:
            return _Lines(_as_utf8(content))
        case Format.JSON:
            return _Listed(_elements(_as_utf8(content), layout.records_at))
        case Format.EXCEL:
            return _Listed(_workbook(content, layout.headings))
        case Format.XML:
            return _Listed(_xml_elements(content, layout.records_at))


def cells_of_row(content: bytes, layout: Layout) -> Mapping[str, object]:
    """The cells of a row by heading, or the fields of a record; absent ones are missing or None.

    Raises BadRecord R101, R102 (unreadable), R103 (too long), R204 (digits lost).
    """
    if len(content) > layout.row_bytes:
        raise BadRecord("R103", limit=layout.row_bytes)
    match layout.format:
        case Format.CSV:
            return _csv_cells(content, layout)
        case Format.EXCEL:
            return _excel_cells(content)
        case Format.XML:
            return {local_name(one): text_in(one) for one in parse_xml(decode(content))}
        case Format.JSONL | Format.JSON:
            document = read_json(content, declared=layout.encoding)
            if not isinstance(document, Mapping):
                raise BadRecord("R102")
            pointers = (name for name in layout.headings if name.startswith("/"))
            return {**document, **{name: value_at(document, name) for name in pointers}}


@dataclass(frozen=True, slots=True)
class _Listed:
    """Rows that are cut already; a place is a number of rows."""

    rows: Sequence[bytes]

    def rows_from(self, place: int) -> Iterator[Row]:
        return (Row(row, at) for at, row in enumerate(self.rows[place:], start=place + 1))


@dataclass(frozen=True, slots=True)
class _Lines:
    """One row a line; a place is an offset in bytes."""

    content: bytes

    def rows_from(self, place: int) -> Iterator[Row]:
        while place < len(self.content):
            begin, place = place, _line_end(self.content, place)
            line = self.content[begin:place].strip()
            if line:
                yield Row(line, place)


class _Sheet:
    """A CSV file: rows that may go over several lines, below a heading; a place is an offset in bytes."""

    def __init__(self, content: bytes, layout: Layout) -> None:
        self._content: Final = content
        self._delimiter: Final = layout.delimiter
        self._row_bytes: Final = layout.row_bytes
        self._width, self._first = 0, 0
        for _ in range(layout.heading_row):
            begin, self._first = self._first, self._row_end(self._first)
            self._heading: bytes = content[begin : self._first].rstrip(b"\r\n") + b"\r\n"
        (names, *_) = cells_of(decode(self._heading, declared=layout.encoding), self._delimiter) or [[]]
        known = Fields(dict.fromkeys(names, "present"))
        for name in layout.headings:
            if not known.has(name):
                raise BadRecord("R201", pointer=known.pointer_to(name))
        self._width = len(names)

    def rows_from(self, place: int) -> Iterator[Row]:
        at = max(place, self._first)
        while at < len(self._content):
            begin, at = at, self._row_end(at)
            row = self._content[begin:at].rstrip(b"\r\n")
            if row.strip(b" \t,;"):  # rows of nothing but separators stand below many exports
                yield Row(self._heading + row, at)

    def _row_end(self, at: int) -> int:
        """Behind the row at `at`, which goes on over line breaks inside quotes.

        A quote that is never closed must not swallow the rows behind it: what is no row when it is put
        together, or too long, is read line by line.
        """
        first = end = _line_end(self._content, at)
        quotes = self._content.count(b'"', at, end)
        while quotes % 2 and end < len(self._content):
            begin, end = end, _line_end(self._content, end)
            quotes += self._content.count(b'"', begin, end)
            if end - at > self._row_bytes:
                return first
        return end if end == first or self._is_one_row(self._content[at:end]) else first

    def _is_one_row(self, lines: bytes) -> bool:
        # latin-1: only the structure matters here, and its signs are no half of a GB18030 character
        rows = cells_of(lines.decode("latin-1"), self._delimiter)
        return rows is not None and len(rows) == 1 and (not self._width or len(rows[0]) <= self._width)


def cells_of(text: str, delimiter: str) -> list[list[str]] | None:
    """The cells of each row of a CSV text; None where quotes are not closed or stand in the wrong place."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _line_end(content: bytes, at: int) -> int:
    """0x0A and 0x22 are never the second half of a GB18030 character, so bytes can be cut there."""
    found = content.find(b"\n", at)
    return len(content) if found < 0 else found + 1


def _as_utf8(content: bytes) -> bytes:
    """Rows are cut at bytes, so what Excel calls Unicode text (UTF-16) is turned into UTF-8 first."""
    if not content.startswith(UTF16_MARKS):
        return content
    try:
        return content.decode("utf-16").encode()
    except UnicodeError:
        raise BadRecord("R101") from None


def _elements(content: bytes, records_at: str) -> Sequence[bytes]:
    """The objects at `records_at`; a document that is an object itself is its one record."""
    path = [_unescaped(part) for part in records_at.split("/")[1:]]
    try:
        return cut_rows(content, *path)
    except ValueError:
        if records_at or not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            raise BadRecord("R102", pointer=records_at) from None
        return (content,)  # one document, one record; whether it is sound is seen when it is read


def _workbook(content: bytes, headings: Sequence[str]) -> Sequence[bytes]:
    columns = Columns(dict.fromkeys(headings, ()), needed=tuple(headings))
    return [
        orjson.dumps({"sheet": row.sheet, "row": row.number, "cells": row.cells, "lost": row.lost})
        for row in read_table(content, columns)
    ]


def value_at(document: object, pointer: str) -> object:
    """What a JSON pointer leads to (RFC 6901); None where it leads nowhere."""
    found = document
    for part in pointer.split("/")[1:]:
        if isinstance(found, Mapping):
            found = found.get(_unescaped(part))
        elif isinstance(found, list) and part.isascii() and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def _xml_elements(content: bytes, records_at: str) -> Sequence[bytes]:
    """The elements of that name; a document without any holds nothing."""
    text = decode_unproved(content, declared=declared_charset(content))
    if not text.lstrip().startswith("<"):
        raise BadRecord("R102")
    return [one.encode() for one in elements_of(text, records_at.rpartition("/")[2])]


def _csv_cells(content: bytes, layout: Layout) -> Mapping[str, object]:
    text = decode(content, declared=layout.encoding)
    rows = cells_of(text, layout.delimiter)
    if rows is None or len(rows) != 2:
        raise BadRecord("R102")
    heading, row = rows
    if any(cell.strip() for cell in row[len(heading) :]):
        raise BadRecord("R102")  # a separator too many: every cell behind it stands in a wrong column
    return {name: cell for name, cell in zip(heading, row, strict=False) if name.strip()}


def _excel_cells(content: bytes) -> Mapping[str, object]:
    row = read_json(content)
    if not isinstance(row, Mapping):
        raise BadRecord("R102")
    for lost in row["lost"]:
        raise BadRecord("R204", pointer=f"/{lost}")
    cells: Mapping[str, object] = row["cells"]
    return cells
