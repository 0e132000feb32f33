"""XML from outside and SOAP envelopes: what is read, what is refused, and that nothing is echoed."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.errors import BadRecord, HubError, TryLater
from hub.plugin.transport.soap import Call, call_in, fault_bytes, request_bytes, response_bytes, result_in
from hub.plugin.transport.xml import elements_of, parse_xml, text_in, unwrapped

ASKED = Call(
    operation="GetCases",
    namespace="http://urban.example/",
    arguments={"since": "2026-03-10 08:00:00", "note": 'a<b & "c"'},
    header_name="AuthHeader",
    header={"UserName": "grid"},
)
BILLION_LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'
XXE = '<?xml version="1.0"?>\n<!-- x --><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'

# what XML 1.0 can carry: no controls but tab and line ends, no half surrogates, no non-characters
XML_TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"))


def error_of(work: Callable[[], object]) -> str:
    with pytest.raises(HubError) as caught:
        work()
    return caught.value.code


@pytest.mark.nasty("N30", "XXE and entities are refused before anything is resolved")
@pytest.mark.parametrize("document", [XXE, BILLION_LAUGHS, "<a>&x;</a>"], ids=["xxe", "laughs", "undeclared"])
def test_a_document_with_entities_of_its_own_is_refused(document: str) -> None:
    assert error_of(lambda: parse_xml(document)) == "R102"
    assert error_of(lambda: parse_xml(document.encode("utf-16"))) == "R102"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        pytest.param("<a><b></a>", "R102", id="not well-formed"),
        pytest.param("", "R102", id="nothing"),
        pytest.param("<html><body><p>登录</body></html>", "R102", id="a login page"),
        pytest.param("<a>" * 65 + "</a>" * 65, "R102", id="too deep"),
        pytest.param("<a>" + "<b/>" * 200_000 + "</a>", "R102", id="too many elements"),
        pytest.param("<a>" + " " * (8 * 1024 * 1024) + "</a>", "R103", id="too long"),
    ],
)
def test_what_is_no_sound_document_is_refused(document: str, code: str) -> None:
    assert error_of(lambda: parse_xml(document)) == code


def test_a_refusal_never_quotes_the_document() -> None:
    with pytest.raises(BadRecord) as caught:
        parse_xml("<a>测试甲 13800000000<b></a>")
    assert "13800000000" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


@pytest.mark.nasty("N30", "GB2312 declared, UTF-8 sent, and the other way round")
@pytest.mark.parametrize(
    ("declared", "charset"), [("GB2312", "utf-8"), ("GBK", "gb18030"), ("UTF-8", "utf-8")]
)
def test_the_charset_that_was_really_used_is_read(declared: str, charset: str) -> None:
    document = f'<?xml version="1.0" encoding="{declared}"?><a>青澜区𠮷祥路</a>'.encode(charset)
    assert text_in(parse_xml(document)) == "青澜区𠮷祥路"


@pytest.mark.nasty("N18", "broken bytes stay visible as broken, for their record alone")
def test_broken_bytes_do_not_take_the_page_with_them() -> None:
    page = "<p><a>好</a><a>坏".encode() + b"\xff\xfe" + b"</a></p>"
    assert [text_in(one) for one in parse_xml(page)] == ["好", "坏\ufffd\ufffd"]


@pytest.mark.nasty("N30", "control characters inside CDATA")
@pytest.mark.parametrize("control", ["\x0b", "\x00", "&#11;", "&#x0B;", "\uffff"])
def test_forbidden_characters_are_left_out(control: str) -> None:
    assert (
        text_in(parse_xml(f"<a><![CDATA[道路{'' if '&' in control else control}]]>破损{control}</a>"))
        == "道路破损"
    )


def test_an_element_that_says_nil_is_empty() -> None:
    nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
    assert text_in(parse_xml(f"<a><b {nil}>旧值</b></a>"), "b") == ""


@pytest.mark.parametrize("layers", [0, 1, 2], ids=["bare", "escaped", "twice escaped"])
def test_xml_inside_a_string_is_laid_bare(layers: int) -> None:
    text = inner = "<a>一 &amp; 二</a>"
    for _ in range(layers):
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert unwrapped(text) == inner


def test_a_string_that_was_url_encoded_is_laid_bare_too() -> None:
    assert unwrapped("%3Ca%3E%E9%9D%92%3C%2Fa%3E") == "<a>青</a>"


@pytest.mark.parametrize("text", ["系统异常", "", "&amp;amp;amp;lt;a", "{}"])
def test_a_string_without_xml_is_no_answer(text: str) -> None:
    assert error_of(lambda: unwrapped(text)) == "R102"


def test_records_are_cut_out_as_they_stand_and_a_broken_one_ends_alone() -> None:
    page = '<cases><case id="1">甲<![CDATA[</case><case>]]></case><case><x></case\n><case>乙</case></cases>'
    assert list(elements_of(page, "case")) == [
        '<case id="1">甲<![CDATA[</case><case>]]></case>',
        "<case><x></case\n>",
        "<case>乙</case>",
    ]


@given(st.lists(XML_TEXT.filter(lambda text: "]]>" not in text), max_size=6))
@example(["</case>", "<case>"])
def test_whatever_cdata_holds_the_records_are_the_ones_that_went_in(texts: list[str]) -> None:
    cases = [f"<case><![CDATA[{text}]]></case>" for text in texts]
    assert list(elements_of("".join(cases), "case")) == cases


@given(XML_TEXT)
def test_a_call_and_its_answer_come_through_as_they_went_in(text: str) -> None:
    asked = Call(operation="Op", namespace="urn:x", arguments={"a": text})
    read = call_in(request_bytes(asked))
    assert (read.operation, read.arguments) == ("Op", {"a": text.strip()})
    assert result_in(response_bytes(asked, text), "Op") == text.strip()


def test_a_request_carries_its_header_block_and_a_quoted_action() -> None:
    assert call_in(request_bytes(ASKED)) == ASKED
    assert ASKED.headers["soapaction"] == '"http://urban.example/GetCases"'


@pytest.mark.nasty("N67", "an answer that is none, with HTTP 200")
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param(fault_bytes("Server", "系统异常"), "S103", id="fault"),
        pytest.param(b"<html><title>login</title></html>", "S104", id="login page"),
        pytest.param(response_bytes(ASKED, "x")[:120], "S104", id="half an answer"),
        pytest.param(
            response_bytes(Call(operation="Other", namespace="urn:x"), "x"), "S104", id="another one"
        ),
        pytest.param(XXE.encode(), "S104", id="xxe"),
        pytest.param(b"", "S104", id="nothing"),
    ],
)
def test_what_is_no_answer_is_tried_again_later(raw: bytes, code: str) -> None:
    with pytest.raises(TryLater) as caught:
        result_in(raw, "GetCases")
    assert caught.value.code == code
