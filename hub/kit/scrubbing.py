"""Real traffic made fit to be committed: of a body, only values of declared fields stay, everything else is made up. Pure.

What is made up has the shape of what stood there (digits for digits, letters for letters, Chinese for Chinese, the same
length) and is the same wherever the same value stood, so that numbers that tie records together still do. It follows
from a key that is thrown away: nobody leads it back. A field that is not declared counts as personal, and so does free
text, whatever was declared of it.
"""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from hub.access.identifiers import with_check_digit
from hub.access.known import Known
from hub.access.textscan import mask_text
from hub.plugin.json_text import read_json
from hub.plugin.transport.xml import parse_xml

_KEPT: Final = frozenset({"public", "internal"})
_SENTENCE: Final = 12
"""A value with so many Chinese characters is free text."""
_CHINESE: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_ID: Final = re.compile(r"[1-9][0-9]{16}[0-9Xx]")
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_SYLLABLES: Final = "测试样本示例虚构文字替换内容城市道路设施街区网格事项"
_UPPER: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_NO_AREA: Final = "990000"
"""No id number begins so."""
_NO_PHONE: Final = "1380000"
"""No such number is given out."""


@dataclass(slots=True)
class Scrubber:
    """Scrubs the bodies of one source; `key` is random, and the same for all samples of one recording."""

    declares: Mapping[str, str]
    """Dotted paths of the source's fields → `public`, `internal`, `personal`, `sensitive`; as `AdapterEntry.declares`."""
    key: bytes
    gone: set[str] = field(default_factory=set)
    """Values that were replaced, of three characters and more: none of them may stand in what is written."""

    def scrub(self, body: bytes) -> bytes:
        """The body with everything replaced that may not be shown; JSON or XML as it came. Raises BadRecord R102 for any
        other kind of body: what cannot be read cannot be vouched for."""
        if body.lstrip()[:1] == b"<":
            root = parse_xml(body)
            for child in root:  # paths begin behind the root
                self._element(child, "")
            root.text = None if not (root.text or "").strip() else self._made(str(root.text).strip())
            return ElementTree.tostring(root, encoding="unicode").encode()
        made = self._value(read_json(body), "")
        return json.dumps(made, ensure_ascii=False).encode()

    def leaks(self, written: bytes) -> bool:
        """Whether one of the values that were replaced stands in it all the same."""
        text = written.decode("utf-8", "replace")
        return any(one in text for one in self.gone)

    def _value(self, value: Any, path: str) -> Any:
        if isinstance(value, Mapping):
            return {name: self._value(one, f"{path}.{name}" if path else name) for name, one in value.items()}
        if isinstance(value, list):
            return [self._value(one, path) for one in value]
        if value is None or isinstance(value, bool) or (isinstance(value, str) and not value):
            return value
        if self._stays(str(value), path):
            return value
        made = self._made(str(value))
        return int(made) if isinstance(value, int) else made

    def _element(self, element: Element, path: str) -> None:
        name = element.tag.rpartition("}")[2]
        here = f"{path}.{name}" if path else name
        if element.text and element.text.strip() and not self._stays(element.text.strip(), here):
            element.text = self._made(element.text.strip())
        for attribute, value in element.attrib.items():
            if not self._stays(value, f"{here}.{attribute}"):
                element.set(attribute, self._made(value))
        for child in element:
            self._element(child, here)
            child.tail = None  # words between elements say nothing in a record

    def _stays(self, value: str, path: str) -> bool:
        """Whether a value may stay: declared by its whole path, no free text, nothing personal in it."""
        if self.declares.get(path) not in _KEPT or len(_CHINESE.findall(value)) >= _SENTENCE:
            return False
        return mask_text(value, Known(())) == value

    def _made(self, value: str) -> str:
        """Another value of the same shape."""
        if len(value) > 2:
            self.gone.add(value)
        noise = self._noise(value)
        if _ID.fullmatch(value):
            return with_check_digit(f"{_NO_AREA}19{noise[0] % 60 + 40}0101{noise[1] % 900 + 100}")
        if _MOBILE.fullmatch(value):
            return _NO_PHONE + "".join(str(one % 10) for one in noise[:4])
        return "".join(_like(one, noise[at]) for at, one in enumerate(value))

    def _noise(self, value: str) -> bytes:
        """As many bytes as it has characters, and a few: the same for the same value."""
        block, made = 0, b""
        while len(made) < len(value) + 8:
            made += hmac.new(self.key, f"{block}:{value}".encode("utf-8", "surrogatepass"), sha256).digest()
            block += 1
        return made


def _like(character: str, chance: int) -> str:
    """A character of the same kind: a digit, a letter of the same case; marks and blanks of ASCII stay, all else is Chinese."""
    if not character.isascii():
        return _SYLLABLES[chance % len(_SYLLABLES)]
    if character.isdigit():
        return str(chance % 10)
    if character.isalpha():
        made = _UPPER[chance % len(_UPPER)]
        return made if character.isupper() else made.lower()
    return character
