"""Tables that people upload."""

import io
import json
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import SecretStr

from hub.errors import BadRecord
from hub.plugin import Admitted, Body
from hub.plugin.transport.excel import Columns, Limits, read_table
from hub.plugin.transport.excel_upload import Uploads

COLUMNS = Columns(
    headings={
        "no": ("编号",),
        "kind": ("类型",),
        "code": ("分类代码",),
        "id": ("身份证号",),
        "phone": ("电话",),
    },
    needed=("no", "kind"),
    key="no",
    carried=("no", "code", "phone"),
)
HEADING = ["编号", "类型", "分类代码", "身份证号", "电话"]


def book(*rows: Sequence[object]) -> tuple[openpyxl.Workbook, Worksheet]:
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(list(row))
    return made, sheet


def saved(made: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def cells(*rows: Sequence[object]) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read_table(saved(book(*rows)[0]), COLUMNS)]


@pytest.mark.nasty("N23", "N32")
@pytest.mark.parametrize("heading", ["编号", " 编 号\n", "*编号", "编号：", "no", "NO"])
def test_a_heading_is_found_below_titles_and_however_it_is_broken(heading: str) -> None:
    found = cells(["登记表"], [], [heading, "类型"], ["A1", "投诉"])
    assert found == [{"no": "A1", "kind": "投诉"}]


@pytest.mark.nasty("N26")
def test_numbers_come_as_plain_text_and_blank_cells_not_at_all() -> None:
    (row,) = cells(HEADING, [7, 4.0, 4.5, None, 13800000000.0])
    assert row == {"no": "7", "kind": "4", "code": "4.5", "phone": "13800000000"}


def test_dates_truth_values_and_error_cells_have_a_form_of_their_own() -> None:
    (row,) = cells(HEADING, [datetime(2026, 3, 10, 8, 5), True, "#N/A", "#3号楼", "#REF!"])  # noqa: DTZ001  Excel has no zones
    assert row == {"no": "2026-03-10 08:05:00", "kind": "1", "id": "#3号楼"}


@pytest.mark.nasty("N21")
@pytest.mark.parametrize(
    ("value", "lost"),
    [
        pytest.param(329901199001011234, True, id="a whole number of 18 digits"),
        pytest.param(3.29901199001011e17, True, id="the same as Excel keeps it"),
        pytest.param("3.29901E+17", True, id="the same after a copy as text"),
        pytest.param("329901199001011234", False, id="as text"),
        pytest.param(13800000000, False, id="a phone"),
        pytest.param(999_999_999_999_999, False, id="15 digits"),
    ],
)
def test_a_number_that_has_lost_digits_is_named_and_not_believed(value: object, lost: bool) -> None:
    (row,) = read_table(saved(book(HEADING, ["A1", "投诉", "1", value, ""])[0]), COLUMNS)
    assert (row.lost, row.number) == (("id",) if lost else (), 2)


@pytest.mark.nasty("N22")
def test_merged_cells_are_carried_to_every_row_they_cover() -> None:
    made, sheet = book(HEADING, ["A1", "投诉", "C1", "x", "1"], [None, "举报", None, None, None])
    for column in (1, 3, 5):
        sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    found = [dict(row.cells) for row in read_table(saved(made), COLUMNS)]
    assert found == [
        {"no": "A1", "kind": "投诉", "code": "C1", "id": "x", "phone": "1"},
        {"no": "A1", "kind": "举报", "code": "C1", "phone": "1"},
    ]


@pytest.mark.nasty("N22")
def test_a_blank_key_continues_the_row_above_until_a_blank_row() -> None:
    found = cells(HEADING, ["A1", "投诉", "C1", "", "1"], ["", "举报"], ["", "咨询"], [], ["", "建议"])
    assert [row.get("no") for row in found] == ["A1", "A1", "A1", None]
    assert [row.get("phone") for row in found] == ["1", "1", "1", None]


def test_nobody_gets_the_phone_of_the_row_above() -> None:
    found = cells(HEADING, ["A1", "投诉", "C1", "", "13800000000"], ["A2", "投诉", "C1", "", ""])
    assert "phone" not in found[1]


def test_hidden_sheets_and_sheets_without_the_heading_are_left_out() -> None:
    made, sheet = book(HEADING, ["A1", "投诉"])
    made.create_sheet("说明").append(["随便写"])
    hidden = made.create_sheet("旧表")
    for row in (HEADING, ["A0", "投诉"]):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    second = made.create_sheet("二月")
    for row in (HEADING, ["A2", "投诉"]):
        second.append(row)
    assert [(row.sheet, row.cells["no"]) for row in read_table(saved(made), COLUMNS)] == [
        (sheet.title, "A1"),
        ("二月", "A2"),
    ]


def rezipped(content: bytes, name: str, change: tuple[bytes, bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for member in before.infolist():
            data = before.read(member)
            after.writestr(member.filename, data.replace(*change) if member.filename == name else data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param((b"<worksheet", b"<!DOCTYPE w [<!ENTITY a 'x'>]><worksheet"), "R102", id="entities"),
        pytest.param(
            (b"<pageMargins", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells><pageMargins'),
            "R103",
            id="a merged range as large as a sheet",
        ),
        pytest.param(
            (b"<pageMargins", b"<mergeCells><mergeCell\tref='A:XFD'/></mergeCells><pageMargins"),
            "R103",
            id="whole columns, other quotes",
        ),
        pytest.param(
            (b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'),
            "R103",
            id="a cell at the end of the world",
        ),
        pytest.param((b"<sheetData>", b"<sheetData><row"), "R102", id="broken XML"),
    ],
)
def test_a_hostile_workbook_is_refused_before_it_costs_anything(
    change: tuple[bytes, bytes], code: str
) -> None:
    content = rezipped(saved(book(HEADING, ["A1", "投诉"])[0]), SHEET, change)
    with pytest.raises(BadRecord) as dead:
        read_table(content, COLUMNS)
    assert (dead.value.code, dead.value.__cause__) == (code, None)


def test_a_zip_bomb_is_measured_and_not_unpacked() -> None:
    content = rezipped(saved(book(HEADING)[0]), SHEET, (b"<sheetData", b" " * 70_000_000 + b"<sheetData"))
    assert len(content) < 1_000_000
    with pytest.raises(BadRecord) as dead:
        read_table(content, COLUMNS)
    assert dead.value.code == "R103"


def test_a_bomb_that_claims_to_be_small_costs_no_more_than_it_claims() -> None:
    """openpyxl would inflate the member whole; the check sum is that of what is claimed, so nothing else tells."""
    sheet = b"<worksheet/>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", sheet + b" " * 300_000_000)
    content = bytearray(out.getvalue())
    for signature, at in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        start = content.index(signature) + at
        content[start : start + 4] = struct.pack("<L", zlib.crc32(sheet))
        content[start + 8 : start + 12] = struct.pack("<L", len(sheet))
    tracemalloc.start()
    try:
        with pytest.raises(BadRecord) as dead:
            read_table(bytes(content), COLUMNS)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert dead.value.code == "R102"


def test_an_archive_damaged_inside_is_no_workbook() -> None:
    """What inflates raises errors of its own, which are none of zipfile's."""
    content = bytearray(rezipped(saved(book(HEADING, ["A1", "投诉"])[0]), SHEET, (b"", b"")))
    for at in range(60, len(content) // 2, 7):
        damaged = bytes(content[:at]) + b"\xff" + bytes(content[at + 1 :])
        with suppress(BadRecord):
            read_table(damaged, COLUMNS)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_no_workbook() -> None:
    out = io.BytesIO(saved(book(HEADING, ["A1", "投诉"])[0]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(SHEET, b"<worksheet/>")
    with pytest.raises(BadRecord, match="R102"):
        read_table(out.getvalue(), COLUMNS)


@pytest.mark.parametrize(
    ("content", "limits", "code"),
    [
        pytest.param(b"not a zip", Limits(), "R102", id="no archive"),
        pytest.param(b"", Limits(), "R102", id="nothing"),
        pytest.param(saved(book(["别的", "表"])[0]), Limits(), "R201", id="another table"),
        pytest.param(saved(book(HEADING, ["A1"])[0]), Limits(size_bytes=100), "R103", id="too large"),
        pytest.param(
            saved(book(HEADING, *([["A", "x"]] * 11))[0]), Limits(rows=10), "R103", id="too many rows"
        ),
    ],
)
def test_what_is_no_table_within_the_limits_is_dead(content: bytes, limits: Limits, code: str) -> None:
    with pytest.raises(BadRecord) as dead:
        read_table(content, COLUMNS, limits=limits)
    assert dead.value.code == code


def test_a_row_is_let_in_by_its_columns_alone_and_no_other_file_is() -> None:
    uploads = Uploads(Columns(headings={"no": ("编号",), "words": ("内容",)}, needed=("no",)), SecretStr("k"))
    row = b'{"cells":{"no":"1","words":"half \\ud800"},"lost":["no"]}'
    assert Admitted(row) == uploads.admit(Body(row, "row"))
    more = b'{"cells":{"no":"1","meter":"7","words":["x"]},"lost":["no","meter"],"sheet":"x"}'
    admitted = uploads.admit(Body(more, "row"))
    assert ({"cells": {"no": "1"}, "lost": ["no"]}, ("unlisted",)) == (
        json.loads(admitted.content or b""),
        admitted.dropped,
    )
    assert Admitted(None, ("workbook",)) == uploads.admit(Body(b"PK", "workbook"))
    with pytest.raises(BadRecord, match="R102"):
        uploads.admit(Body(b"[]", "row"))
