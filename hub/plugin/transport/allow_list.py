"""An allow-list at ingress: a record with nothing but the fields that may be held, before anything is stored. Pure.

A field passes by its name alone: what stands in free text is the source's and the masks' business. Whoever has to know
more gives a `Judge`, which looks at the words too. Rules: invariant 5, domain.md 5.6 (drop what no grant can ever show), N32.
"""

import json
from collections.abc import Callable, Collection, Mapping
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


class AllowList:
    """Fields by their dotted paths, `photos.url` for one inside an object or a list of objects; names are compared as
    `Fields` does. What is dropped is named by its path where it is among the allowed or the `known` ones. A record
    without any of the fields of `matter` is none of ours: nothing of it is held."""

    def __init__(
        self, allowed: Collection[str], *, known: Collection[str] = (), matter: Collection[str] = ()
    ) -> None:
        self._matter: Final = frozenset(map(folded, matter))
        self._allowed: Final = frozenset(map(folded, allowed))
        self._around: Final = frozenset(path.rpartition(".")[0] for path in self._allowed)
        """Objects and lists that are gone into; "" is the record."""
        self._names: Final = {folded(path): path for path in (*allowed, *known)}

    def of_json(self, content: bytes) -> Admitted:
        """The JSON object in `content`, written anew; raises BadRecord as `read_json`, R102 where it is no object."""
        record, dropped = read_json(content), set[str]()
        if not isinstance(record, Mapping):
            raise BadRecord("R102")
        kept = self._object(record, "", dropped)
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

    def _says_something(self, kept: Mapping[str, object]) -> bool:
        said = {folded(name) for name, value in kept.items() if value not in (None, "")}
        return not self._matter or bool(said & self._matter)

    def _named(self, path: str) -> str:
        return self._names.get(folded(path), UNLISTED)
