"""What may come in over a border that most fields must not cross: an allow-list, applied before anything is stored.

Pure. For flat JSON objects of several kinds, held byte for byte where nothing is cut; `allow_list` is for records of one
kind, with objects inside. What is not listed is cut, whatever it is and whoever adds it tomorrow (invariant 5). Which
fields are listed is the plugin's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.plugin.adapter import Admitted
from hub.plugin.transport.blotting import People

_NESTED: Final = (dict, list)
"""Nothing can be hidden inside an allowed field."""
_UNREADABLE: Final = Admitted(None, ("unreadable",))


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedRows:
    """Which fields a row may have, by what kind of row it says to be."""

    kind: str
    """The field that says so."""
    fields: Mapping[str, frozenset[str]]
    """Kind → fields that may be held, `kind` itself among them. Rows of any other kind are not."""
    told: frozenset[str] = field(default=frozenset())
    """Fields that are known to come and must not be held: their names may be told, others are `unlisted`."""
    words: frozenset[str] = field(default=frozenset())
    """Allowed fields that people write in: whoever is named in one that is told is blotted out of them."""

    def admit(self, row: bytes) -> Admitted:
        """The row with nothing but allowed fields, byte for byte where all are; None where it must not be held.

        A row that cannot be read cannot be judged either, and is not held. `dropped` names known fields,
        `unlisted` ones without their names, and `repeated` ones (a second value under the same name).
        """
        repeated: list[str] = []

        def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
            if len(found := dict(pairs)) < len(pairs):
                repeated.append("repeated")
            return found

        charset = _charset(row)
        try:
            found = json.loads(row.decode(charset), object_pairs_hook=once)
        except (ValueError, RecursionError):
            return _UNREADABLE
        allowed = self.fields.get(str(found.get(self.kind))) if isinstance(found, dict) else None
        if allowed is None:
            return Admitted(None, (self.kind,))
        kept = {
            name: value for name, value in found.items() if name in allowed and not isinstance(value, _NESTED)
        }
        known, people = allowed | self.told, People.named_in(found[one] for one in self.told & found.keys())
        blotted = (
            {name: people.blotted(str(kept[name])) for name in self.words & kept.keys()} if people else {}
        )
        blotted = {name: words for name, words in blotted.items() if words != str(kept[name])}
        cut = [name if name in known else "unlisted" for name in found.keys() - kept.keys()]
        dropped = tuple(sorted({*cut, *repeated, *blotted}))
        return Admitted(_encoded({**kept, **blotted}, charset), dropped) if dropped else Admitted(row)


def _encoded(kept: Mapping[str, object], charset: str) -> bytes:
    """In the row's own charset; with escapes where a word holds half a character, which no charset can hold."""
    try:
        return json.dumps(kept, ensure_ascii=False).encode(charset)
    except UnicodeEncodeError:
        return json.dumps(kept).encode()


def _charset(raw: bytes) -> str:
    """Enough to see the structure; whether the words are sound is seen when they are read."""
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
