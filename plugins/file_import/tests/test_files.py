"""Files of every format, whole and broken: each row a record, none lost, none twice."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import TryLater

Make = Callable[..., Any]
HEAD = "编号,标题,上报时间\r\n"
TIME = "2021/3/9 20:31"


def lines(*refs: str) -> str:
    return HEAD + "".join(f"{ref},路灯不亮,{TIME}\r\n" for ref in refs)


@pytest.mark.nasty("N78", "the mode is the hub's: rows of history come as rows")
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_file_is_read_in_the_charset_that_it_has(charset: str, make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(lines("A1", "A2").encode(charset))
    one = make(tmp_path)
    one.run()
    assert one.outcomes() == ["A1 路灯不亮", "A2 路灯不亮"]


def test_a_row_is_kept_as_it_stands_with_its_heading(make: Make, tmp_path: Path) -> None:
    raw = lines("A1").encode("gb18030")
    (tmp_path / "a.csv").write_bytes(raw)
    one = make(tmp_path)
    one.run()
    assert [raw.removesuffix(b"\r\n")] == [body.content for body in one.bodies]


def test_titles_above_the_heading_and_empty_rows_below_are_left_out(make: Make, tmp_path: Path) -> None:
    text = f"某区历年工单,,\r\n导出：2026年,,\r\n{lines('A1')},,\r\n\r\n"
    (tmp_path / "a.csv").write_text(text, newline="")
    one = make(tmp_path, heading_row=3)
    one.run()
    assert one.outcomes() == ["A1 路灯不亮"]


@pytest.mark.nasty("N23")
def test_headings_are_found_whatever_their_case_and_blanks(make: Make, tmp_path: Path) -> None:
    text = f"Order_No, Title ,time\r\nA1,路灯不亮,{TIME}\r\n"
    (tmp_path / "a.csv").write_text(text, newline="")
    one = make(tmp_path, columns={"source_ref": "orderno", "title": "TITLE", "reported_at": "Time"})
    one.run()
    assert one.outcomes() == ["A1 路灯不亮"]


@pytest.mark.nasty("N85")
def test_a_file_that_lost_a_mapped_column_is_one_dead_record_that_names_it(
    make: Make, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(f"编号,事由,上报时间\r\nA1,路灯不亮,{TIME}\r\n")
    (tmp_path / "b.csv").write_text(lines("B1"))
    one = make(tmp_path)
    one.run()
    assert one.outcomes() == ["R201 /标题", "B1 路灯不亮"]


def test_a_line_break_inside_quotes_belongs_to_its_row(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f'{HEAD}A1,"第一行\r\n""第二行""",{TIME}\r\nA2,x,{TIME}\r\n', newline="")
    one = make(tmp_path)
    one.run()
    assert one.outcomes() == ['A1 第一行\r\n"第二行"', "A2 x"]


@pytest.mark.parametrize(
    "behind",
    [
        pytest.param("", id="nothing but sound rows behind"),
        pytest.param(
            f'A8,"zwei\r\nZeilen",{TIME}\r\n', id="a row of two lines behind, which closes the quote"
        ),
        pytest.param(f'A8,"x",{TIME}\r\n', id="a quoted row behind"),
    ],
)
def test_a_quote_that_is_never_closed_swallows_no_other_row(behind: str, make: Make, tmp_path: Path) -> None:
    text = f'{HEAD}A1,x,{TIME}\r\nA2,"x,{TIME}\r\nA3,x,{TIME}\r\n{behind}A9,x,{TIME}\r\n'
    (tmp_path / "a.csv").write_text(text, newline="")
    one = make(tmp_path)
    one.run()
    assert {"A1 x", "A3 x", "A9 x"} <= set(one.outcomes())
    assert one.counts()["R102"] == 1
    assert not any("A3" in outcome for outcome in one.outcomes() if outcome != "A3 x")


def test_a_row_of_another_charset_ends_alone(make: Make, tmp_path: Path) -> None:
    rows = lines("A1", "A2", "A3").encode("gb18030").splitlines(keepends=True)
    rows[2] = b"A2,\xff\xff\xff,2021\r\n"
    (tmp_path / "a.csv").write_bytes(b"".join(rows))
    one = make(tmp_path)
    one.run()
    assert one.outcomes() == ["A1 路灯不亮", "R101", "A3 路灯不亮"]


CELL = st.text(
    st.characters(codec="gb18030", exclude_characters="\x00\x1a\u001c\u001d\u001e\x85\u2028\u2029\x0b\x0c"),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(
    table=st.lists(st.lists(CELL, min_size=2, max_size=2), max_size=12),
    charset=st.sampled_from(["utf-8", "gb18030"]),
    page_rows=st.integers(1, 5),
)
def test_rows_are_cut_where_a_csv_reader_cuts_them(
    table: list[list[str]], charset: str, page_rows: int, make: Make, tmp_path_factory: Any
) -> None:
    """Whatever is in the cells, and wherever a page ends: every row once, readable on its own."""
    folder = tmp_path_factory.mktemp("files")
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerows([["编号", "标题", "上报时间"], *([f"A{at}", *row] for at, row in enumerate(table))])
    (folder / "a.csv").write_bytes(made.getvalue().encode(charset))
    one = make(folder, page_rows=page_rows)
    one.run()
    read = [
        next(iter(list(csv.reader(io.StringIO(body.content.decode(charset), newline="")))[1:]))
        for body in one.bodies
    ]
    assert [[f"A{at}", *row] for at, row in enumerate(table)] == read


# --- other formats


def test_json_lines_are_a_record_each_and_a_bad_one_ends_alone(make: Make, tmp_path: Path) -> None:
    text = '{"编号": 1.0, "标题": "x"}\n\n{"编号": 2, "标题"\n{"编号": "3", "标题": "y"}\n[4]\n'
    (tmp_path / "a.jsonl").write_text(text)
    one = make(tmp_path, format="jsonl")
    one.run()
    assert one.outcomes() == ["1 x", "R102", "3 y", "R102"]


def test_a_json_document_is_cut_at_the_pointer_byte_for_byte(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"result": {"a/b": [ {"no": 1, "d": {"t": "x"}} , {"no": 2} ]}}')
    one = make(
        tmp_path,
        format="json",
        records_at="/result/a~1b",
        columns={"source_ref": "/no", "title": "/d/t"},
    )
    one.run()
    assert [body.content for body in one.bodies] == [b'{"no": 1, "d": {"t": "x"}}', b'{"no": 2}']
    assert one.outcomes() == ["1 x", "2 "]


@pytest.mark.parametrize(
    ("text", "records_at", "outcome"),
    [
        pytest.param('{"no": 7}', "", ["7 "], id="one object is one record"),
        pytest.param('[{"no": 7}]', "", ["7 "], id="a list at the root"),
        pytest.param('{"rows": {"no": 7}}', "/rows", ["R102 /rows"], id="no list where one should be"),
        pytest.param('{"rows": [', "/rows", ["R102 /rows"], id="half a document"),
        pytest.param('{"no": 7', "", ["R102"], id="half an object"),
        pytest.param('{"rows": null}', "/rows", [], id="nothing"),
    ],
)
def test_a_json_document_holds_its_records_where_it_was_said(
    text: str, records_at: str, outcome: list[str], make: Make, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text(text)
    one = make(tmp_path, format="json", records_at=records_at, columns={"source_ref": "no"})
    one.run()
    assert outcome == one.outcomes()


def test_a_pointer_column_that_is_wrong_is_named_as_it_is_mapped(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"no": 7, "flow": [{"date": "never"}]}')
    one = make(tmp_path, format="json", columns={"source_ref": "/no", "reported_at": "/flow/0/date"})
    one.run()
    assert one.outcomes() == ["R203 /flow/0/date"]


def workbook(path: Path, *rows: list[object], merge: str = "") -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    book.save(path)


@pytest.mark.nasty("N21")
@pytest.mark.nasty("N22")
def test_a_workbook_is_read_with_merged_cells_and_without_rounded_numbers(make: Make, tmp_path: Path) -> None:
    workbook(
        tmp_path / "a.xlsx",
        ["编号", "标题", "上报时间", "证件号"],
        ["A1", "路灯不亮", datetime(2021, 3, 9, 20, 31), "110101190001010000"],  # noqa: DTZ001  as Excel has it
        ["A2", None, "2021/3/9", None],
        ["A3", "井盖", "2021/3/9", 110101190001010000],
        merge="B2:B3",
    )
    one = make(
        tmp_path,
        format="excel",
        columns={
            "source_ref": "编号",
            "title": "标题",
            "reported_at": "上报时间",
            "requester_id_number": "证件号",
        },
    )
    one.run()
    assert one.outcomes() == ["A1 路灯不亮", "A2 路灯不亮", "R204 /证件号"]


def test_a_file_that_is_no_workbook_is_one_dead_record(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 no")
    one = make(tmp_path, format="excel")
    one.run()
    assert one.outcomes() == ["R102"]


# --- where it stands


def test_files_come_by_name_and_one_that_is_added_later_is_not_missed(make: Make, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(lines("B1"))
    one = make(tmp_path)
    one.run()
    (tmp_path / "a.csv").write_text(lines("A1"))
    (tmp_path / "c.csv").write_text(lines("C1"))
    (tmp_path / ".c.csv.part").write_text(lines("X1"))
    (tmp_path / "notes.txt").write_text("no import")
    one.adapter = make(tmp_path, pattern="*.csv").adapter
    one.run()
    assert one.outcomes() == ["B1 路灯不亮", "A1 路灯不亮", "C1 路灯不亮"]


def append(path: Path, text: str) -> None:
    with path.open("a", newline="") as file:
        file.write(text)


def test_the_same_content_is_read_once_whatever_its_name(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(lines("A1", "A2"), newline="")
    (tmp_path / "b.csv").write_text(lines("A1", "A2"), newline="")
    one = make(tmp_path)
    one.run()
    (tmp_path / "a.csv").rename(tmp_path / "c.csv")
    for importer in (one.adapter, make(tmp_path).adapter):  # the same process, and one that starts anew
        one.adapter = importer
        one.run()
    assert one.outcomes() == ["A1 路灯不亮", "A2 路灯不亮"]


def test_another_content_under_the_same_name_is_not_passed_over(make: Make, tmp_path: Path) -> None:
    one = make(tmp_path)
    for ref in ("A1", "A2", "A3"):
        (tmp_path / "export.csv").write_text(lines(ref), newline="")
        one.run()
        one.run()
    assert one.outcomes() == ["A1 路灯不亮", "A2 路灯不亮", "A3 路灯不亮"]


def test_a_file_mended_under_its_own_name_is_read(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("no table", newline="")
    one = make(tmp_path, file_bytes=1024)
    one.run()
    (tmp_path / "a.csv").write_text("x" * 2000)
    one.run()
    (tmp_path / "a.csv").write_text("x" * 3000)
    one.run()
    (tmp_path / "a.csv").write_text(lines("A1"), newline="")
    one.run()
    assert one.outcomes() == ["R201 /编号", "R103", "A1 路灯不亮"]


@pytest.mark.parametrize("page_rows", [1, 2, 3, 500])
def test_a_file_that_grows_is_read_on_where_it_ended(make: Make, tmp_path: Path, page_rows: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text(lines("A1", "A2"), newline="")
    one = make(tmp_path, page_rows=page_rows)
    one.run()
    for ref in ("A3", "A4"):
        append(path, lines(ref).removeprefix(HEAD))
        one.run()
    assert one.outcomes() == [f"A{at} 路灯不亮" for at in (1, 2, 3, 4)]


def test_json_lines_that_grow_are_read_on_where_they_ended(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"编号": 1, "标题": "x"}\n')
    one = make(tmp_path, format="jsonl")
    one.run()
    append(path, '{"编号": 2, "标题": "y"}\n')
    one.run()
    assert one.outcomes() == ["1 x", "2 y"]


def test_a_last_row_that_was_not_whole_is_read_again_once_it_is(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{lines('A1')}A2,路", newline="")
    one = make(tmp_path)
    one.run()
    append(path, f"灯不亮,{TIME}\r\n{lines('A3').removeprefix(HEAD)}")
    one.run()
    assert one.outcomes() == ["A1 路灯不亮", "A2 路", "A2 路灯不亮", "A3 路灯不亮"]


def test_what_changed_before_the_place_is_read_again_from_its_beginning(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(lines("A1", "A2", "A3"), newline="")
    one = make(tmp_path, page_rows=2)
    one.run()
    path.write_text(lines("A1", "B2", "A3", "A4"), newline="")
    one.run()
    assert one.outcomes()[3:] == ["A1 路灯不亮", "B2 路灯不亮", "A3 路灯不亮", "A4 路灯不亮"]


def test_what_changed_behind_the_place_is_read_on(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(lines("A1", "A2", "A3", "A4"), newline="")
    one = make(tmp_path, page_rows=2)
    one.cursor = (page := one.adapter.read("")).cursor
    one.bodies += page.bodies
    path.write_text(lines("A1", "A2", "B3"), newline="")
    one.run()
    assert one.outcomes() == ["A1 路灯不亮", "A2 路灯不亮", "B3 路灯不亮"]


def test_an_export_that_holds_all_earlier_ones_adds_only_what_is_new(make: Make, tmp_path: Path) -> None:
    one = make(tmp_path)
    for week in (1, 2, 3):
        (tmp_path / f"week{week}.csv").write_text(lines(*(f"A{at}" for at in range(week))), newline="")
        one.run()
        one.run()
    assert one.outcomes() == ["A0 路灯不亮", "A1 路灯不亮", "A2 路灯不亮"]


@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_a_document_or_a_copy_that_grew_is_read_again_whole(make: Make, tmp_path: Path, charset: str) -> None:
    path, settings = tmp_path / "a.csv", {}
    if charset == "utf-8":
        settings = {"format": "json", "columns": {"source_ref": "no"}}
        texts = ['[{"no": 1}]', '[{"no": 1}, {"no": 2}]']
    else:
        texts = [lines("A1"), lines("A1", "A2")]
    one = make(tmp_path, **settings)
    for text in texts:
        path.write_bytes(text.encode(charset))
        one.run()
    assert 3 == len(one.bodies)


def test_a_page_that_was_not_stored_comes_again(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(lines("A1", "A2", "A3"), newline="")
    one = make(tmp_path, page_rows=2)
    first = one.adapter.read("")
    assert first == one.adapter.read("")
    last = one.adapter.read(first.cursor)
    one.adapter.read(last.cursor)  # it has seen the end
    assert last == one.adapter.read(first.cursor)


@settings(max_examples=80, deadline=None)
@given(
    refs=st.lists(st.text("AB", min_size=1, max_size=2), min_size=1, max_size=12),
    cuts=st.lists(st.integers(0, 12), max_size=4),
    page_rows=st.integers(1, 4),
)
def test_however_a_file_grows_each_row_comes_once_and_in_order(
    refs: list[str], cuts: list[int], page_rows: int, make: Make, tmp_path_factory: Any
) -> None:
    folder = tmp_path_factory.mktemp("files")
    one = make(folder, page_rows=page_rows)
    for cut in [*sorted(cuts), len(refs)]:
        (folder / "a.csv").write_text(lines(*refs[:cut]), newline="")
        one.run()
    assert [f"{ref} 路灯不亮" for ref in refs] == one.outcomes()


def test_after_a_crash_reading_goes_on_at_the_cursor(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(lines(*(f"A{at}" for at in range(10))))
    (tmp_path / "b.csv").write_text(lines(*(f"B{at}" for at in range(4))))
    seen, cursor = [], ""
    while (page := make(tmp_path, page_rows=3).adapter.read(cursor)).cursor != cursor:
        seen += [body.content.decode().splitlines()[1].split(",")[0] for body in page.bodies]
        cursor = page.cursor
    assert [*(f"A{at}" for at in range(10)), *(f"B{at}" for at in range(4))] == seen


def test_a_single_file_may_be_named_instead_of_a_folder(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(lines("A1"))
    (tmp_path / "b.csv").write_text(lines("B1"))
    one = make(tmp_path / "b.csv")
    one.run()
    assert one.outcomes() == ["B1 路灯不亮"]


def test_a_file_over_the_limit_is_one_dead_record(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(lines("A1") + "x" * 3000)
    one = make(tmp_path, file_bytes=2048)
    one.run()
    assert one.outcomes() == ["R103"]


def test_files_that_are_not_there_are_waited_for(make: Make, tmp_path: Path) -> None:
    with pytest.raises(TryLater, match="S101"):
        make(tmp_path / "nowhere").adapter.check()


def test_what_it_holds_can_be_listed_for_reconciliation(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        f"{HEAD}A1,x,2020-01-01\r\nA2,x,{TIME}\r\n,x,{TIME}\r\nA2,y,{TIME}\r\nA3,x,\r\n"
    )
    (tmp_path / "b.csv").write_text("no,table")
    since = datetime.fromisoformat("2021-01-01T00:00:00+08:00")
    until = datetime.fromisoformat("2100-01-01T00:00:00+08:00")
    assert [one.ref for one in make(tmp_path).adapter.inventory(since, until)] == ["A2", "A3"]


def test_a_number_of_several_columns_tells_years_apart(make: Make, tmp_path: Path) -> None:
    """N05: the same number comes again each year."""
    (tmp_path / "a.jsonl").write_text(
        "\n".join(json.dumps({"year": year, "no": "000123"}) for year in (2025, 2026))
    )
    one = make(tmp_path, format="jsonl", columns={"source_ref": ["year", "no"]})
    one.run()
    assert one.outcomes() == ["2025-000123 ", "2026-000123 "]


def test_each_element_of_an_xml_document_is_a_row(make: Make, tmp_path: Path) -> None:
    row = "<event><编号>A1</编号><标题>路灯不亮</标题></event>"
    (tmp_path / "a.xml").write_bytes(
        f'<?xml version="1.0" encoding="GBK"?><events>{row}</events>'.encode("gb18030")
    )
    one = make(tmp_path, format="xml", records_at="/events/event")
    one.run()
    assert one.outcomes() == ["A1 路灯不亮"]


def test_an_xml_document_wants_the_name_of_its_elements(make: Make, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="records_at"):
        make(tmp_path, format="xml")


@pytest.mark.parametrize("name", ["a.csv.part", "a.tmp"])
def test_a_file_that_is_still_written_is_left_alone(name: str, make: Make, tmp_path: Path) -> None:
    (tmp_path / name).write_text(lines("A1"))
    one = make(tmp_path)
    one.run()
    assert one.outcomes() == []
