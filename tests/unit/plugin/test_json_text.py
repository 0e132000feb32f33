"""JSON as sources send it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import BadRecord
from hub.plugin.json_text import cut_rows, read_json, read_page

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=12,
)


@pytest.mark.nasty("N44")
def test_numbers_with_a_fraction_keep_their_digits_as_text() -> None:
    assert read_json(b'{"lng": 120.850000, "n": 7, "e": 1e3}') == {"lng": "120.850000", "n": 7, "e": "1e3"}


@pytest.mark.nasty("N29")
def test_a_mark_and_raw_line_breaks_inside_strings_are_forgiven() -> None:
    assert read_json(b'\xef\xbb\xbf{"photo": "AAA\r\nBBB"}') == {"photo": "AAA\r\nBBB"}


@pytest.mark.nasty("N29")
@pytest.mark.parametrize("raw", [b"", b"NaN", b"{'a': 1}", b"[1,]", b"{", b"[" * 65 + b"]" * 65, b"Infinity"])
def test_what_is_no_json_is_dead(raw: bytes) -> None:
    with pytest.raises(BadRecord) as dead:
        read_json(raw)
    assert (dead.value.code, dead.value.__cause__) == ("R102", None)


@given(st.lists(VALUES), st.sampled_from([None, 1, 4]))
def test_rows_are_cut_byte_for_byte(rows: list[object], indent: int | None) -> None:
    page = json.dumps(
        {"code": 0, "data": {"x": [[]], "list": rows, "y": {"list": 1}}}, indent=indent
    ).encode()
    cut = cut_rows(page, "data", "list")
    assert [json.loads(row) for row in cut] == rows
    assert all(row in page for row in cut)


def test_a_path_that_leads_nowhere_has_no_rows() -> None:
    assert cut_rows(b'{"data": null, "list": null}', "list") == ()
    assert cut_rows(b'{"data": {}}', "data", "list") == ()


@pytest.mark.parametrize(
    "page",
    [b'{"list": {}}', b'{"list": [1 2]}', b'{"list": [', b'{"list"}', b'{"a": 1 "list": []}', b"[]", b"x"],
)
def test_a_broken_page_is_the_callers_to_judge(page: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  its words are for nobody
        cut_rows(page, "list")


@pytest.mark.nasty("N18")
def test_a_row_in_another_charset_does_not_stop_its_page() -> None:
    page = b'{"list": [{"t": "' + "井盖".encode() + b'"}, {"t": "' + "路灯".encode("gbk") + b'"}]}'
    assert isinstance(read_page(page), dict)
    good, other = cut_rows(page, "list")
    assert read_json(good) == {"t": "井盖"}
    assert read_json(other) == {"t": "路灯"}


@pytest.mark.nasty("N18", "a character of GB18030 that holds the byte of a backslash")
def test_one_rare_character_does_not_stop_a_page() -> None:
    page = '{"list": [{"no": "1", "words": "誠信路"},{"no": "2"}]}'.encode("gb18030")
    assert {"list": [{"no": "1", "words": "誠信路"}, {"no": "2"}]} == read_page(page)
    assert ('{"no": "1", "words": "誠信路"}'.encode(), b'{"no": "2"}') == cut_rows(page, "list")
    for broken in (page[:-9], '{"list": [{"words": "\\路"}]}'.encode()):
        with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter|UTF-8"):
            read_page(broken)
