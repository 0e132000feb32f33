"""An allow-list at ingress: a record with nothing but the fields that may be held, before anything is stored. Pure.

A field passes by its name alone, and what was cut as somebody's name or number is blotted out of the words that stay: who
told of a matter is often named in them, too. Whoever has to know more gives a `Judge`. Rules: invariant 5, domain.md 5.6
(drop what no grant can ever show), N31, N32.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final
from xml.sax.saxutils import escape

from hub.errors import BadRecord
from hub.plugin.adapter import Admitted
from hub.plugin.fields import folded
from hub.plugin.json_text import read_json
from hub.plugin.text import decode_unproved
from hub.plugin.transport.blotting import People
from hub.plugin.transport.xml import declared_charset, local_name, parse_xml, text_in

UNLISTED: Final = "unlisted"
"""Stands among what was dropped for fields that nobody knows: a name may be a value, and is not kept either."""
Judge = Callable[[Mapping[str, str], Collection[str]], Mapping[str, str] | None]
"""(what the names let in, and the words of all that they do not) → what is held of the former; None: nothing at all."""


_OF_PEOPLE: Final = ("personal", "sensitive")
_WRITER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_WITH_ESCAPES: Final = json.JSONEncoder(separators=(",", ":"))


class AllowList:
    """Fields by their dotted paths, `photos.url` for one inside an object or a list of objects; names are compared as
    `Fields` does. What is dropped is named by its path where it is among the allowed or the `known` ones. Where paths come
    with their classes, the personal and sensitive ones that are dropped may name somebody, and those that stay are words, out
    of which they are blotted: a number, a code and a time are never changed. A record without any of the fields of `matter`
    is none of ours: nothing of it is held."""

    def __init__(
        self, allowed: Collection[str], *, known: Collection[str] = (), matter: Collection[str] = ()
    ) -> None:
        self._matter: Final = frozenset(map(folded, matter))
        self._allowed: Final = frozenset(map(folded, allowed))
        self._around: Final = frozenset(path.rpartition(".")[0] for path in self._allowed)
        """Objects and lists that are gone into; "" is the record."""
        self._names: Final = {folded(path): path for path in (*allowed, *known)}
        classes = {folded(path): kind for path, kind in (*_classes(known), *_classes(allowed))}
        of_people = {path for path, kind in classes.items() if kind in _OF_PEOPLE}
        unclassed = () if isinstance(known, Mapping) else map(folded, known)
        self._cut: Final = frozenset((*of_people, *unclassed)) - self._allowed
        self._words: Final = self._allowed & of_people if classes else self._allowed

    def of_json(self, content: bytes) -> Admitted:
        """The JSON object in `content`, written anew; raises BadRecord as `read_json`, R102 where it is no object."""
        return self.of_object(read_json(content))

    def of_object(self, record: object) -> Admitted:
        """As `of_json`, of one that `read_json` has read already."""
        sifted = _Sifted()
        if not isinstance(record, dict):
            raise BadRecord("R102")
        kept = self._blotted(
            self._object(record, "", sifted), "", People.named_in(sifted.cut), sifted.dropped
        )
        held = _written(kept) if self._says_something(kept) else None
        return Admitted(held, tuple(sorted(sifted.dropped)))

    def of_xml(self, content: bytes, judge: Judge = lambda kept, _: kept) -> Admitted:
        """The elements right inside the root of `content`, without attributes, written anew in UTF-8 under the names of
        the list; raises BadRecord as `hub.plugin.transport.xml.fields_of_xml`."""
        root = parse_xml(decode_unproved(content, declared=declared_charset(content)))
        found: dict[str, object] = {local_name(one): {} if len(one) else text_in(one) for one in root}
        sifted = _Sifted()
        kept = {self._named(name): str(one) for name, one in self._object(found, "", sifted).items()}
        cut = [(name, text_in(one)) for one in root if (name := self._named(local_name(one))) not in kept]
        sifted.cut.extend(words for name, words in cut if folded(name) in self._cut)
        dropped = sifted.dropped
        held = judge(kept, [words for _, words in cut])
        if held is None or not self._says_something(held):
            return Admitted(None, tuple(sorted(dropped)))
        told = self._blotted(held, "", People.named_in(sifted.cut), dropped).items()
        # not by ElementTree, whose writer costs as much as all the rest; the names are those of the list
        written = "".join([f"<{name}>{escape(str(words))}</{name}>" for name, words in told])
        dropped.update(name for name, words in kept.items() if held.get(name, "") != words)
        return Admitted(f"<row>{written}</row>".encode(), tuple(sorted(dropped)))

    def _object(self, found: Mapping[str, object], around: str, sifted: "_Sifted") -> dict[str, object]:
        kept: dict[str, object] = {}
        for name, value in found.items():
            path = f"{around}.{name}" if around else name
            key = folded(path)
            if key in self._allowed and not isinstance(value, (dict, list)):
                kept[name] = value
            elif key in self._around and isinstance(value, dict):
                kept[name] = self._object(value, path, sifted)
            elif key in self._around and isinstance(value, list):
                objects = [one for one in value if isinstance(one, dict)]
                kept[name] = [self._object(one, path, sifted) for one in objects]
            else:
                sifted.dropped.add(self._named(path))
                if key in self._cut:
                    sifted.cut.append(value)
        return kept

    def _blotted(
        self, kept: Mapping[str, object], around: str, people: People, dropped: set[str]
    ) -> Mapping[str, object]:
        """`kept` without whoever was cut, in its words and in those of its objects."""
        if not people:
            return kept
        told: dict[str, object] = {}
        for name, value in kept.items():
            path = f"{around}.{name}" if around else name
            if isinstance(value, Mapping):
                told[name] = self._blotted(value, path, people, dropped)
            elif isinstance(value, list):
                told[name] = [self._blotted(one, path, people, dropped) for one in value]
            elif folded(path) in self._words and (words := people.blotted(str(value))) != str(value):
                told[name] = words
                dropped.add(self._named(path))
            else:
                told[name] = value
        return told

    def _says_something(self, kept: Mapping[str, object]) -> bool:
        said = (name for name, value in kept.items() if value not in (None, ""))
        return not self._matter or any(folded(name) in self._matter for name in said)

    def _named(self, path: str) -> str:
        return self._names.get(folded(path), UNLISTED)


def _written(kept: Mapping[str, object]) -> bytes:
    """With escapes where a word holds half a character, which no charset can hold. Not by orjson, which sets eight times
    the length of a text aside."""
    try:
        return _WRITER.encode(kept).encode()
    except UnicodeEncodeError:
        return _WITH_ESCAPES.encode(kept).encode()


class _Sifted:
    """What became of one record's fields, beside those that are kept."""

    def __init__(self) -> None:
        self.dropped: Final[set[str]] = set()
        self.cut: Final[list[object]] = []
        """Values that may name somebody."""


def _classes(paths: Collection[str]) -> Iterable[tuple[str, str]]:
    return paths.items() if isinstance(paths, Mapping) else ()
