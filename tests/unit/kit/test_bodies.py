"""Bodies in the kit's hand: their form, their values, and the same body with another one."""

import pytest

from hub.kit.bodies import Form, cut, form_of, noisy, replaced, values_in, with_value
from hub.plugin import Body

JSON = '{"no": "A1", "words": "井盖\\"坏", "x": 120.5100, "list": [1, null]}'.encode()
XML = "<a><no>A1</no> <words><![CDATA[井<盖]]></words><x>120.51</x></a>".encode()
TABLE = "A1,井盖,120.51\r\n".encode("gb18030")


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (JSON, Form.JSON),
        (b"\xef\xbb\xbf [1]", Form.JSON),
        (XML, Form.XML),
        (TABLE, Form.TABLE),
        (b"PK\x03\x04", Form.ARCHIVE),
        (b"", Form.TABLE),
    ],
)
def test_the_first_bytes_tell_the_form(content: bytes, form: Form) -> None:
    assert form is form_of(content)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (JSON, [b'"A1"', '"井盖\\"坏"'.encode(), b"120.5100", b"1", b"null"]),
        (XML, [b"A1", "井<盖".encode(), b"120.51"]),
        (TABLE, [b"A1", "井盖".encode("gb18030"), b"120.51"]),
        (b"PK\x03\x04", []),
    ],
)
def test_values_are_found_and_names_are_not(content: bytes, shown: list[bytes]) -> None:
    assert shown == [content[one.begin : one.end] for one in values_in(content)]


def test_a_value_gives_way_to_other_bytes_and_the_rest_stays() -> None:
    first = values_in(JSON)[0]
    assert JSON.replace(b'"A1"', b"[]") == with_value(Body(JSON, "k"), first, b"[]").content


@pytest.mark.parametrize("content", [JSON, XML, TABLE])
def test_words_are_replaced_in_their_own_charset(content: bytes) -> None:
    changed = replaced(Body(content, "k"), "A1", "乙2")
    assert changed is not None
    charset = "gb18030" if content is TABLE else "utf-8"
    assert content.decode(charset).replace("A1", "乙2") == changed.content.decode(charset)


def test_a_number_may_have_zeros_behind_it_and_words_must_be_whole() -> None:
    changed = replaced(Body(JSON), "120.51", "0")
    assert changed is not None
    assert JSON.replace(b"120.5100", b"0") == changed.content
    assert replaced(Body(JSON), "20.51", "0") is None
    assert replaced(Body(JSON), "A", "B") is None


def test_cuts_begin_with_nothing_and_end_before_the_end() -> None:
    pieces = list(cut(JSON, 10))
    assert b"" == pieces[0]
    assert all(JSON.startswith(one) and len(one) < len(JSON) for one in pieces)
    assert 10 == len({*pieces})


def test_noise_is_the_same_each_time_and_never_the_body() -> None:
    assert list(noisy(JSON)) == list(noisy(JSON))
    assert JSON not in noisy(JSON)
    assert bytes(len(JSON)) in noisy(JSON)
