"""XML from outside: parsed without DTD, entities or surprises, and cut into records.

Pure. Rules: domain.md N30 (a declared charset may lie, control characters stand where they must not,
XXE is refused). Nothing of any one protocol may live here; SOAP envelopes live in `soap`.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_plus
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from hub.errors import BadRecord
from hub.plugin.fields import Fields
from hub.plugin.text import decode_unproved

MAX_BYTES: Final = 8 * 1024 * 1024
_MAX_DEPTH: Final = 64
_MAX_ELEMENTS: Final = 200_000
_SMALL: Final = 2 * _MAX_DEPTH
"""A document with so few tags cannot be too deep: it is built without asking at each of them."""
_LAYERS: Final = 3
"""How often a text may have been escaped once more on its way; beyond that it is no accident."""

_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_PROLOG: Final = re.compile(r"\ufeff?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 section 2.2 forbids even inside CDATA; 0x0B is the usual one."""
_NUMERIC_REFERENCE: Final = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_ENTITIES: Final = re.compile(r"&(lt|gt|quot|apos|amp);")
_ENTITY_TEXT: Final = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}
_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def parse_xml(raw: bytes | str, *, max_bytes: int = MAX_BYTES) -> Element:
    """The root element of `raw`; characters that XML forbids are left out.

    Raises BadRecord R102 (not well-formed, too deep, or with a DTD: entities are never resolved) and R103
    (longer than `max_bytes`); no message quotes the input. Broken characters are not judged here, but
    kept as `\ufffd`: `raw` may be a page, and one broken record must not take the others with it.
    """
    if len(raw) > max_bytes:
        raise BadRecord("R103", limit=max_bytes)
    text = raw if isinstance(raw, str) else _readable(raw)
    prolog = _PROLOG.match(text)
    body = text[prolog.end() if prolog else 0 :]
    if body.startswith("<!"):
        raise BadRecord("R102")
    # a str is parsed as UTF-8, and what was declared is gone with the prolog
    target = _BoundedTree() if body.count("<") > _SMALL else ElementTree.TreeBuilder()
    parser = ElementTree.XMLParser(target=target)  # noqa: S314  no DTD gets here, so no entity
    try:
        parser.feed(_NUMERIC_REFERENCE.sub(_allowed_reference, _NOT_XML.sub("", body)))
        root = parser.close()
    except (ElementTree.ParseError, UnicodeEncodeError):
        raise BadRecord("R102") from None  # the cause would quote the document
    assert isinstance(root, Element)  # noqa: S101  what a TreeBuilder closes with
    return root


def text_in(element: Element | None, name: str = "") -> str:
    """The words in `element`, or in its child `name` in whatever namespace; "" where absent or `xsi:nil`."""
    found = child(element, name) if name and element is not None else element
    if found is None or (found.attrib and found.get(_NIL, "").strip() in {"true", "1"}):
        return ""
    return ("".join(found.itertext()) if len(found) else found.text or "").strip()


def child(element: Element, name: str) -> Element | None:
    """The first child whose local name is `name`; namespaces and prefixes differ from stack to stack."""
    return next((one for one in element if local_name(one) == name), None)


def local_name(element: Element) -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2]


def unwrapped(text: str) -> str:
    """XML that travelled inside a string, laid bare: further escaping and URL-encoding are taken off.

    Raises BadRecord R102 where no XML comes to light.
    """
    for _ in range(_LAYERS):
        text = text.strip().lstrip("\ufeff")
        if text.startswith("<"):
            return text
        if text[:3].upper() == "%3C":
            text = unquote_plus(text)
        elif text.startswith("&"):
            text = _ENTITIES.sub(lambda found: _ENTITY_TEXT[found[1]], text)
        else:
            break
    raise BadRecord("R102")


def elements_of(text: str, tag: str) -> Iterator[str]:
    """Each `<tag …>…</tag>` of `text` as it stands there, without parsing it.

    So one record that is not well-formed ends alone, and its neighbours live. Tags inside CDATA are
    words. `tag` does not nest in itself: an element that never closes ends where the next one begins.
    """
    opening, closing = re.compile(rf"<{re.escape(tag)}(?=[\s>/])"), f"</{tag}>"
    found = opening.search(text)
    while found:
        end = _end_of(text, opening, closing, found.end())
        yield text[found.start() : end]
        found = opening.search(text, end)


def _end_of(text: str, opening: re.Pattern[str], closing: str, at: int) -> int:
    """Index behind the element whose opening tag ends at `at`; CDATA is stepped over."""
    while True:
        following = opening.search(text, at)
        limit = following.start() if following else len(text)
        close = text.find(closing, at)
        end = close + len(closing) if 0 <= close < limit else limit
        cdata = text.find("<![CDATA[", at, end)
        after = text.find("]]>", cdata) if cdata >= 0 else -1
        if after < 0:
            return end
        at = after


def fields_of_xml(content: bytes) -> Fields:
    """The elements in one record as fields; raises BadRecord R101 (in no known charset) or as `parse_xml` does. Mojibake
    inside passes: `Fields` finds it and names the field."""
    return fields_in_xml(decode_unproved(content, declared=declared_charset(content)))


def fields_in_xml(text: str) -> Fields:
    """As `fields_of_xml`, of words that are decoded already."""
    record = parse_xml(text)
    return Fields({local_name(one): text_in(one) for one in record})


def declared_charset(raw: bytes) -> str:
    """What the XML declaration of `raw` claims, "" where it claims nothing; a claim is often a template's."""
    found = _DECLARED.match(raw[:200])
    return found[1].decode("ascii") if found else ""


def _readable(raw: bytes) -> str:
    """`raw` as text, at any price: what `hub.plugin.text.decode` refuses becomes `\ufffd`."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        gb = declared_charset(raw).lower().startswith("gb")
        return raw.decode("gb18030" if gb else "utf-8", "replace")


def _allowed_reference(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2])
    allowed = code <= 0x10FFFF and _NOT_XML.match(chr(code)) is None
    return found[0] if allowed else ""


class _BoundedTree(ElementTree.TreeBuilder):
    """Builds a tree of bounded depth and size; a document type never gets that far, and is refused here too."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > _MAX_DEPTH or self._count > _MAX_ELEMENTS:
            raise BadRecord("R102")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)

    def doctype(self, *_: object) -> None:
        raise BadRecord("R102")
