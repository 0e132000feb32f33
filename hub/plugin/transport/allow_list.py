"""An allow-list at ingress: a record with nothing but the fields that may be held, before anything is stored. Pure.

A field passes by its name alone: what stands in free text is the source's and the masks' business. Whoever needs more
looks at the values too. Rules: invariant 5, domain.md 5.6 (drop what no grant can ever show), N32.
"""

import json
from collections.abc import Collection, Mapping
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


class AllowList:
    """Fields by their dotted paths, `photos.url` for one inside an object or a list of objects; names are compared as
    `Fields` does. What is dropped is named by its path where it is among the allowed or the `known` ones."""

    def __init__(self, allowed: Collection[str], *, known: Collection[str] = ()) -> None:
        self._allowed: Final = frozenset(map(folded, allowed))
        self._around: Final = frozenset(path.rpartition(".")[0] for path in self._allowed)
        """Objects and lists that are gone into; "" is the record."""
        self._names: Final = {folded(path): path for path in (*allowed, *known)}

    def of_json(self, content: bytes) -> Admitted:
        """The JSON object in `content`, written anew; raises BadRecord as `read_json`, R102 where it is no object."""
        record, dropped = read_json(content), set[str]()
        if not isinstance(record, Mapping):
            raise BadRecord("R102")
        # with escapes: a word may hold half a character, which no charset can hold
        return Admitted(json.dumps(self._object(record, "", dropped)).encode(), tuple(sorted(dropped)))

    def of_xml(self, content: bytes) -> Admitted:
        """The elements right inside the root of `content`, without attributes, written anew in UTF-8; raises BadRecord
        as `hub.plugin.transport.xml.fields_of_xml`."""
        root = parse_xml(decode_unproved(content, declared=declared_charset(content)))
        kept, dropped = Element("row"), set[str]()
        for one in root:
            name = local_name(one)
            if folded(name) in self._allowed and not len(one):
                SubElement(kept, name).text = text_in(one)
            else:
                dropped.add(self._named(name))
        return Admitted(tostring(kept, encoding="utf-8"), tuple(sorted(dropped)))

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

    def _named(self, path: str) -> str:
        return self._names.get(folded(path), UNLISTED)
