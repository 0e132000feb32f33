"""What is recorded from a real system may be committed: nothing of anybody stands in it, and its shape is what it was."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.identifiers import citizen_of
from hub.errors import BadRecord
from hub.kit.scrubbing import Scrubber

DECLARES = {
    "no": "internal",
    "type": "public",
    "time": "internal",
    "note": "internal",
    "name": "personal",
    "phone": "personal",
    "card": "sensitive",
    "rows.no": "internal",
    "rows.text": "personal",
}
ROW: dict[str, Any] = {
    "no": "SJ20260310-0017",
    "type": "0101",
    "time": "2026-03-10 09:12:00",
    "name": "欧阳试验",
    "phone": "13912345678",
    "card": "110101199003078515",
    "rows": [{"no": "1", "text": "欧阳试验说门口漏水"}, {"no": "2", "text": ""}],
    "unknown": {"phone": "13912345678", "seat": 12345},
}


def scrubbed(row: object, key: bytes = b"k") -> Any:
    return json.loads(Scrubber(DECLARES, key).scrub(json.dumps(row, ensure_ascii=False).encode()))


def test_what_is_declared_stays_and_everything_else_is_made_up() -> None:
    made = scrubbed(ROW)
    assert (ROW["no"], ROW["type"], ROW["time"]) == (made["no"], made["type"], made["time"])
    assert ["1", "2"] == [row["no"] for row in made["rows"]]
    for value in ("欧阳试验", "13912345678", "110101199003078515", "漏水", "12345"):
        assert value not in json.dumps(made, ensure_ascii=False)


def test_what_is_made_up_has_the_shape_of_what_stood_there() -> None:
    made = scrubbed(ROW)
    assert re.fullmatch("[\u4e00-\u9fff]{4}", made["name"])
    assert re.fullmatch("1380000[0-9]{4}", made["phone"])
    assert citizen_of(made["card"])
    assert "" == made["rows"][1]["text"]
    assert isinstance(made["unknown"]["seat"], int)


def test_one_value_is_made_up_the_same_wherever_it_stands_and_otherwise_in_another_recording() -> None:
    made = scrubbed(ROW)
    assert made["phone"] == made["unknown"]["phone"]
    assert made["name"] != scrubbed(ROW, b"other")["name"]


@pytest.mark.parametrize("note", ["打电话给13912345678", "门口的水管从昨天晚上开始一直漏水没人管"])
def test_free_text_goes_whatever_was_declared_of_it(note: str) -> None:
    assert note != scrubbed({"note": note})["note"]


def test_xml_is_scrubbed_alike() -> None:
    body = "<case><no>7</no><name kind='甲某人'>欧阳试验</name><other>欧阳试验</other></case>".encode()
    made = Scrubber(DECLARES, b"k").scrub(body).decode()
    assert "<no>7</no>" in made
    assert "欧阳试验" not in made
    assert "甲某人" not in made


@pytest.mark.parametrize("body", [b"\x50\x4b\x03\x04", b"a,b\n1,2", b"{", b"\xff\xfe"])
def test_what_cannot_be_read_is_not_vouched_for(body: bytes) -> None:
    with pytest.raises(BadRecord):
        Scrubber(DECLARES, b"k").scrub(body)


@given(
    st.dictionaries(
        st.sampled_from(["name", "x", "phone", "y.z"]),
        st.text("abXY0123456789甲乙丙丁𠮷😡", min_size=8),
        min_size=1,
    )
)
def test_nothing_that_was_replaced_stands_in_what_is_written(row: dict[str, str]) -> None:
    scrubber = Scrubber(DECLARES, b"k")
    written = scrubber.scrub(json.dumps(row, ensure_ascii=False).encode())
    assert not scrubber.leaks(written)
    assert not [value for value in row.values() if value in written.decode()]
