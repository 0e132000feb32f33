"""Tables that people upload as `.xlsx`: found, carried down, and checked for digits that are gone.

Rules: domain.md N21 (Excel keeps 15 digits; an 18-digit number comes out wrong), N22 (merged cells and
continuation rows), N23 and N32 (headings with line breaks and other names), N26 (`4.0`). A workbook is
an archive from outside: it is measured before openpyxl may open it.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from unicodedata import normalize
from xml.parsers import expat

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from hub.errors import BadRecord
from hub.plugin.text import has_lost_digits
from hub.plugin.transport.unpack import contents

_DIGITS_KEPT: Final = 15
_HEADING_ROWS: Final = 20
"""Titles and notes above the heading are skipped within so many rows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may cost at most."""

    size_bytes: int = 20 * 1024 * 1024
    unpacked_bytes: int = 64 * 1024 * 1024
    rows: int = 50_000
    cells: int = 400_000
    """Own and merged ones, a sheet; openpyxl holds each in some hundred bytes."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What is looked for: our name of a column → the headings it has been seen under."""

    headings: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    """Without these a sheet is not the table."""
    key: str = ""
    """A row whose own cell is blank here continues the row above; "" where no row ever does."""
    carried: tuple[str, ...] = ()
    """What a continuation row takes over from the row above where it is blank (N22). Nothing is carried
    into a row with a key of its own: it would get another person's phone.
    """


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: `cells` by our names, as text, absent where blank; `lost` names the columns whose number
    has lost digits and must not be believed.
    """

    sheet: str
    number: int
    """As Excel counts, from 1."""
    cells: Mapping[str, str]
    lost: tuple[str, ...]


def read_table(content: bytes, columns: Columns, *, limits: Limits = Limits()) -> tuple[TableRow, ...]:
    """The rows of every visible sheet that has the heading, top to bottom; blank rows are left out.

    Raises BadRecord R102 (no workbook), R103 (beyond the limits), R201 (no sheet has the heading).
    """
    measured = _measured(content, limits)
    try:
        book = openpyxl.load_workbook(io.BytesIO(measured), data_only=True, keep_links=False)
    except Exception:  # foreign parser on foreign bytes: whatever it raises, this is no workbook
        raise BadRecord("R102") from None  # the cause may quote a cell
    tables = [
        _rows(sheet, *found, columns, limits)
        for sheet in book.worksheets
        if sheet.sheet_state == "visible" and (found := _heading(sheet, columns)) is not None
    ]
    if not tables:
        raise BadRecord("R201", pointer=f"/{columns.needed[0]}")
    return tuple(row for table in tables for row in table)


def _measured(content: bytes, limits: Limits) -> bytes:
    """The workbook with nothing but what its members claim to hold; raises where that would cost too much.

    A copy, because openpyxl reads members whole: one that holds more than it claims would cost all it holds.
    """
    if len(content) > limits.size_bytes:
        raise BadRecord("R103", limit=limits.size_bytes)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _copied(archive, limits)
    except BadRecord:
        raise
    except Exception:  # zipfile and what it inflates with raise ten sorts of error for a broken archive
        raise BadRecord("R102") from None


def _copied(archive: zipfile.ZipFile, limits: Limits) -> bytes:
    # file_size is the archive's own claim, and binds it: `contents` reads no further
    if sum(member.file_size for member in archive.infolist()) > limits.unpacked_bytes:
        raise BadRecord("R103", limit=limits.unpacked_bytes)
    names = archive.namelist()
    if len(set(names)) < len(names):
        raise BadRecord("R102")  # which of two members holds is the reader's guess
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as whole:
        for member in archive.infolist():
            inside = contents(archive, member)
            if member.filename.endswith((".xml", ".rels")):
                _look_into(inside, limits)
            whole.writestr(member.filename, inside)
    return copy.getvalue()


def _look_into(xml: bytes, limits: Limits) -> None:
    """Refuses document types (no spreadsheet program writes any), too many cells, and merged ranges that
    cover the planet: openpyxl walks over every cell of them."""
    cells = 0

    def doctype(*_: object) -> None:
        raise BadRecord("R102")

    def element(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal cells
        kind = name.rpartition(":")[2]
        if kind == "c":
            cells += 1
        elif kind == "mergeCell":
            cells += _size(attributes.get("ref", ""))
        if cells > limits.cells:
            raise BadRecord("R103", limit=limits.cells)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise BadRecord("R102") from None


def _size(reference: str) -> int:
    """Cells in a range like `A1:C3`, whole rows and columns too; raises ValueError for no range."""
    left, top, right, bottom = range_boundaries(reference)
    return ((right or 16_384) - (left or 1) + 1) * ((bottom or 1_048_576) - (top or 1) + 1)


def _heading(sheet: Worksheet, columns: Columns) -> tuple[int, dict[str, int]] | None:
    """Row number of the heading and the column number of each name of ours in it."""
    wanted = {_fold(seen): name for name, many in columns.headings.items() for seen in (name, *many)}
    for row in sheet.iter_rows(min_row=1, max_row=min(sheet.max_row, _HEADING_ROWS)):
        places: dict[str, int] = {}
        for cell in row:
            name = wanted.get(_fold(str(cell.value))) if cell.value is not None else None
            if name is not None and cell.column is not None:
                places.setdefault(name, cell.column)
        if all(name in places for name in columns.needed):
            return row[0].row or 1, places
    return None


def _rows(
    sheet: Worksheet, heading: int, places: Mapping[str, int], columns: Columns, limits: Limits
) -> Iterator[TableRow]:
    if sheet.max_row - heading > limits.rows:
        raise BadRecord("R103", limit=limits.rows)
    merged = _merged_values(sheet, heading)
    above: Mapping[str, object] = {}
    for number in range(heading + 1, sheet.max_row + 1):
        own = {name: sheet.cell(number, column).value for name, column in places.items()}
        own = {name: value for name, value in own.items() if value is not None and value != ""}
        whole = own | {
            name: merged[number, column]
            for name, column in places.items()
            if name not in own and merged.get((number, column)) is not None
        }
        if whole and columns.key and columns.key not in own:
            whole = {name: above[name] for name in columns.carried if name in above} | whole
        above = whole  # a blank row ends what is carried
        if whole:
            yield _row(sheet.title, number, whole)


def _row(sheet: str, number: int, values: Mapping[str, object]) -> TableRow:
    cells = {name: text for name, value in values.items() if (text := _as_text(value))}
    lost = tuple(sorted(name for name, value in values.items() if _lost_digits(value)))
    return TableRow(sheet, number, cells, lost)


def _merged_values(sheet: Worksheet, heading: int) -> dict[tuple[int, int], object]:
    """(row, column) → value of the top left cell, for all other cells of merged ranges below the heading."""
    values: dict[tuple[int, int], object] = {}
    for area in sheet.merged_cells.ranges:
        if area.min_row <= heading:
            continue
        value = sheet.cell(area.min_row, area.min_col).value
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, area.max_col + 1):
                values[row, column] = value
    return values


def _lost_digits(value: object) -> bool:
    """True for a number of more digits than a spreadsheet keeps, and for text made from one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return abs(value) >= 10**_DIGITS_KEPT
    return isinstance(value, str) and has_lost_digits(value.strip())


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**_DIGITS_KEPT else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    text = str(value).strip()
    return "" if text.startswith("#") and text.rstrip("!?").isupper() else text  # #N/A, #REF!


def _fold(heading: str) -> str:
    """Headings are compared without blanks, line breaks and marks of being required."""
    return "".join(normalize("NFKC", heading).split()).strip("*:").lower()
