"""SOAP 1.1: envelopes for calls and answers whose one result is a string, mostly XML inside.

Pure. Both sides live here, since a plugin's simulator answers what its adapter asks. What an operation
means, and what its result says, is the plugin's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from hub.errors import BadRecord, SignInAgain, SourceGone, TryLater
from hub.plugin.transport.xml import MAX_BYTES, child, local_name, parse_xml, text_in

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
CONTENT_TYPE: Final = "text/xml; charset=utf-8"
_ABOUT_US: Final = ("authentication", "authorization", "security", "token")
"""In codes of stacks and of WS-Security: `Client.Authentication`, `wsse:InvalidSecurity`, `wsse:FailedAuthentication`."""
register_namespace("soap", ENVELOPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One operation with its arguments, all of them text; `header` holds the fields of one header block."""

    operation: str
    namespace: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    header_name: str = ""
    header: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers of the request: SOAP 1.1 wants the action in quotes (section 6.1.1)."""
        action = f'"{self.namespace.rstrip("/")}/{self.operation}"'
        return {"content-type": CONTENT_TYPE, "soapaction": action}


def request_bytes(call: Call) -> bytes:
    """The envelope that asks for `call`, UTF-8."""
    envelope, body = _envelope()
    if call.header_name:
        header = Element(f"{{{ENVELOPE}}}Header")
        envelope.insert(0, header)
        _fields(SubElement(header, _qualified(call, call.header_name)), call, call.header)
    _fields(SubElement(body, _qualified(call, call.operation)), call, call.arguments)
    return _written(envelope)


def result_in(raw: bytes, operation: str, *, max_bytes: int = MAX_BYTES) -> str:
    """The string that the answer to `operation` carries, one layer of escaping taken off.

    Stacks name the element `<op>Result`, `return` or `out`: it is the only child, whatever its name.
    Raises TryLater S104 where `raw` is no such envelope (a login page, half an answer, a DTD). A fault says who has to
    do something (SOAP 1.1, 4.4.1): SignInAgain S106 where it is about who we are, SourceGone S142 where it is about
    what we asked, TryLater S103 else.
    """
    answer = _first_in(child(_root(raw, max_bytes), "Body"))
    if answer is not None and local_name(answer) == "Fault":
        raise _meant(text_in(answer, "faultcode"))
    if answer is None or local_name(answer) != f"{operation}Response":
        raise TryLater("S104")
    return text_in(_first_in(answer))


def call_in(raw: bytes, *, max_bytes: int = MAX_BYTES) -> Call:
    """The call that a request holds, namespaces of its arguments ignored; raises TryLater S104 where it holds none."""
    root = _root(raw, max_bytes)
    asked = _first_in(child(root, "Body"))
    if asked is None:
        raise TryLater("S104")
    block = _first_in(child(root, "Header"))
    return Call(
        operation=local_name(asked),
        namespace=asked.tag.partition("}")[0].lstrip("{"),
        arguments={local_name(one): text_in(one) for one in asked},
        header_name="" if block is None else local_name(block),
        header={} if block is None else {local_name(one): text_in(one) for one in block},
    )


def response_bytes(call: Call, result: str) -> bytes:
    """The answer to `call` with `result` as its string, escaped once more by the envelope."""
    envelope, body = _envelope()
    answer = SubElement(body, _qualified(call, f"{call.operation}Response"))
    SubElement(answer, _qualified(call, f"{call.operation}Result")).text = result
    return _written(envelope)


def fault_bytes(code: str, text: str) -> bytes:
    """A fault: `code` is `Client` or `Server` (SOAP 1.1 section 4.4.1). It travels with HTTP 500."""
    envelope, body = _envelope()
    fault = SubElement(body, f"{{{ENVELOPE}}}Fault")
    SubElement(fault, "faultcode").text = f"soap:{code}"
    SubElement(fault, "faultstring").text = text
    return _written(envelope)


def _meant(faultcode: str) -> TryLater | SourceGone:
    """Stacks qualify the code with a prefix, and refine it behind a point: `soap:Client.Authentication`."""
    code = faultcode.rpartition(":")[2].lower()
    if any(word in code for word in _ABOUT_US):
        return SignInAgain("S106")
    return SourceGone("S142") if code.partition(".")[0] == "client" else TryLater("S103")


def _envelope() -> tuple[Element, Element]:
    envelope = Element(f"{{{ENVELOPE}}}Envelope")
    return envelope, SubElement(envelope, f"{{{ENVELOPE}}}Body")


def _qualified(call: Call, name: str) -> str:
    return f"{{{call.namespace}}}{name}"


def _fields(parent: Element, call: Call, fields: Mapping[str, str]) -> None:
    for name, value in fields.items():
        SubElement(parent, _qualified(call, name)).text = value


def _written(envelope: Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(envelope, encoding="unicode").encode()


def _first_in(parent: Element | None) -> Element | None:
    return parent[0] if parent is not None and len(parent) else None


def _root(raw: bytes, max_bytes: int) -> Element:
    try:
        root = parse_xml(raw, max_bytes=max_bytes)
    except BadRecord:
        raise TryLater("S104") from None
    if local_name(root) != "Envelope":
        raise TryLater("S104")
    return root
