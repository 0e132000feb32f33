"""An allow-list at ingress: a record with nothing but the fields that may be held, before anything is stored. Pure.

A field passes by its name alone, and what was cut as somebody's name or number is blotted out of the words that stay: who
told of a matter is often named in them, too. Whoever has to know more gives a `Judge`. Rules: invariant 5, domain.md 5.6
(drop what no grant can ever show), N31, N32.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from hub.errors import BadRecord
from hub.plugin.adapter import Admitted
from hub.plugin.fields import folded
from hub.plugin.json_text import read_json
from hub.plugin.text import decode_unproved
from hub.plugin.transport.xml import declared_charset, local_name, parse_xml, text_in

UNLISTED: Final = "unlisted"
"""Stands among what was dropped for fields that nobody knows: a name may be a value, and is not kept either."""
Judge = Callable[[Mapping[str, str], Collection[str]], Mapping[str, str] | None]
"""(what the names let in, and the words of all that they do not) → what is held of the former; None: nothing at all."""


BLOT: Final = "＊＊"
"""Stands in a text for what was cut of it."""
_OF_PEOPLE: Final = ("personal", "sensitive")
_NOBODY: Final = frozenset(
    ("本人", "匿名", "市民", "居民", "群众", "用户", "先生", "女士", "不详", "未知", "保密")
)
_A_NAME: Final = re.compile("[\u4e00-\u9fff·]{2,12}")
_A_NUMBER: Final = re.compile("[0-9+Xx -]{5,32}")


class AllowList:
    """Fields by their dotted paths, `photos.url` for one inside an object or a list of objects; names are compared as
    `Fields` does. What is dropped is named by its path where it is among the allowed or the `known` ones; of these, where they are declared with their classes, the personal and the
    sensitive ones may name somebody. A record
    without any of the fields of `matter` is none of ours: nothing of it is held."""

    def __init__(
        self, allowed: Collection[str], *, known: Collection[str] = (), matter: Collection[str] = ()
    ) -> None:
        self._matter: Final = frozenset(map(folded, matter))
        self._allowed: Final = frozenset(map(folded, allowed))
        self._around: Final = frozenset(path.rpartition(".")[0] for path in self._allowed)
        """Objects and lists that are gone into; "" is the record."""
        self._names: Final = {folded(path): path for path in (*allowed, *known)}
        classes = known if isinstance(known, Mapping) else dict.fromkeys(known, "sensitive")
        of_people = (path for path, kind in classes.items() if kind in _OF_PEOPLE)
        self._cut: Final = frozenset(map(folded, of_people)) - self._allowed

    def of_json(self, content: bytes) -> Admitted:
        """The JSON object in `content`, written anew; raises BadRecord as `read_json`, R102 where it is no object."""
        record, dropped = read_json(content), set[str]()
        if not isinstance(record, Mapping):
            raise BadRecord("R102")
        kept = self._object(record, "", dropped)
        if cut := _names_in([v for name, v in record.items() if folded(name) in self._cut]):
            kept = {name: self._blotted(name, value, cut, dropped) for name, value in kept.items()}
        # with escapes: a word may hold half a character, which no charset can hold
        held = json.dumps(kept).encode() if self._says_something(kept) else None
        return Admitted(held, tuple(sorted(dropped)))

    def of_xml(self, content: bytes, judge: Judge = lambda kept, _: kept) -> Admitted:
        """The elements right inside the root of `content`, without attributes, written anew in UTF-8 under the names of
        the list; raises BadRecord as `hub.plugin.transport.xml.fields_of_xml`."""
        root = parse_xml(decode_unproved(content, declared=declared_charset(content)))
        found = {local_name(one): {} if len(one) else text_in(one) for one in root}
        dropped, written = set[str](), Element("row")
        kept = {self._named(name): str(one) for name, one in self._object(found, "", dropped).items()}
        held = judge(kept, [text_in(one) for one in root if self._named(local_name(one)) not in kept])
        if held is None or not self._says_something(held):
            return Admitted(None, tuple(sorted(dropped)))
        dropped.update(name for name, words in kept.items() if held.get(name, "") != words)
        for name, words in held.items():
            SubElement(written, name).text = words
        return Admitted(tostring(written, encoding="utf-8"), tuple(sorted(dropped)))

    def _object(self, found: Mapping[str, object], around: str, dropped: set[str]) -> dict[str, object]:
        kept: dict[str, object] = {}
        for name, value in found.items():
            path = f"{around}.{name}" if around else name
            if isinstance(value, Mapping) and folded(path) in self._around:
                kept[name] = self._object(value, path, dropped)
            elif isinstance(value, list) and folded(path) in self._around:
                objects = [one for one in value if isinstance(one, Mapping)]
                kept[name] = [self._object(one, path, dropped) for one in objects]
            elif folded(path) in self._allowed and not isinstance(value, (Mapping, list)):
                kept[name] = value
            else:
                dropped.add(self._named(path))
        return kept

    def _blotted(self, name: str, value: object, cut: Sequence[str], dropped: set[str]) -> object:
        if not isinstance(value, str) or not any(one in value for one in cut):
            return value
        dropped.add(self._named(name))
        for one in cut:
            value = value.replace(one, BLOT)
        return value

    def _says_something(self, kept: Mapping[str, object]) -> bool:
        said = {folded(name) for name, value in kept.items() if value not in (None, "")}
        return not self._matter or bool(said & self._matter)

    def _named(self, path: str) -> str:
        return self._names.get(folded(path), UNLISTED)


def _names_in(cut: Iterable[object]) -> list[str]:
    """Of values that were cut those that name somebody wherever they stand, the longest first."""
    told = {str(one).strip() for one in cut if isinstance(one, str | int)}
    named = {one for one in told - _NOBODY if _A_NAME.fullmatch(one) or _A_NUMBER.fullmatch(one)}
    return sorted(named, key=len, reverse=True)
