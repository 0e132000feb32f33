"""The fields of one record, read by any of the names a vendor has used for them.

Pure. Rules: domain.md N32 (misspelt and re-cased names), N26 (`"4.0"`), N28 (number or text for the same
field), N18 and N31 (words are checked, not changed). Every error names its field by JSON pointer and
never quotes what stood in it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from hub.clock import SHANGHAI
from hub.errors import BadRecord, HeldRecord
from hub.model import Alias, AttachmentRef, Person, SourceClock
from hub.plugin.json_text import read_json
from hub.plugin.text import is_mojibake, tidy_ref, tidy_text
from hub.plugin.times import DEFAULT, Times, parse_moment

_WHOLE: Final = re.compile(r"([0-9]+)\.0+")
_A_DATE: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)
"""A day, with a clock or nothing behind it: digits alone would be a serial number."""
_MARKS: Final = str.maketrans("", "", "_- ")
_NOTHING: Final = frozenset({"", "null", "none", "nil", "undefined", "nan"})
_LONGEST_NOTHING: Final = max(len(word) for word in _NOTHING)
_YES: Final = frozenset({"1", "是", "true", "yes", "y", "t", "保密", "需要", "有"})


class Fields:
    """One object of a record. Names are compared without case, `_`, `-` and blanks; the first of several
    names that holds something wins. A repeated name (after folding) keeps its first non-empty value.
    """

    __slots__ = ("_folded", "_pointer")

    def __init__(self, values: Mapping[str, object], pointer: str = "") -> None:
        self._pointer: Final = pointer
        found = list(values.items())
        found.reverse()  # so that the first of a repeated name is the one that stays
        self._folded: Final[dict[str, tuple[str, object]]] = {
            folded(name): (name, value) for name, value in found if value is not None
        }

    @classmethod
    def of(cls, document: object, pointer: str = "") -> "Fields":
        """`document` as fields; raises BadRecord R102 where it is no object."""
        if not isinstance(document, Mapping):
            raise BadRecord("R102", pointer=pointer)
        return cls(document, pointer)

    @classmethod
    def of_json(cls, content: bytes, *, declared: str = "") -> "Fields":
        """The fields of one record that is a JSON object; raises BadRecord R101 or R102, as `read_json`."""
        return cls.of(read_json(content, declared=declared))

    def text(self, *names: str) -> str:
        """Words for people, trimmed; "" where absent or a word for nothing (`null`).

        Raises BadRecord R202 for an object or a list, HeldRecord R104 for mojibake.
        """
        known = self._folded
        for asked in names:  # as `_find`, which would cost as much again
            found = known.get(folded(asked))
            if found is not None and found[1] != "":
                name, value = found
                break
        else:
            return ""
        if not isinstance(value, str):
            if isinstance(value, (Mapping, list)):  # a tuple: half the price of a union
                raise BadRecord("R202", pointer=self.pointer_to(name))
            value = str(int(value)) if isinstance(value, bool) else str(value)
        words = value.strip() if value.isprintable() else tidy_text(value)
        if words.isascii():
            return "" if len(words) <= _LONGEST_NOTHING and words.lower() in _NOTHING else words
        if is_mojibake(words):
            raise HeldRecord("R104", pointer=self.pointer_to(name))
        return words

    def ref(self, *names: str) -> str:
        """An id, folded by `tidy_ref`; a number's `.0` is dropped. "" where absent."""
        words = self.text(*names)
        if words.isalnum() and words.isascii():  # most are; nothing is left to be tidied
            return words.upper()
        return whole(tidy_ref(words)) if words else ""

    def needed_ref(self, *names: str) -> str:
        """An id without which the matter cannot be kept; raises HeldRecord R201 where it is absent."""
        found = self.ref(*names)
        if not found:
            raise HeldRecord("R201", pointer=self.pointer_to(names[0]))
        return found

    def aliases(self, fields: Mapping[str, str]) -> tuple[Alias, ...]:
        """The further numbers of the report: system that gives each → its field. One that is absent is left out, and one
        that a spreadsheet took for a date: many share it, so it is nobody's (N21)."""
        found = (Alias(system, self.ref(name)) for system, name in fields.items())
        return tuple(one for one in found if one.ref and not _A_DATE.fullmatch(one.ref))

    def ref_or_dead(self, *names: str) -> str:
        """As `needed_ref`, of a source that nobody can ask again: raises BadRecord R201 where it is absent."""
        found = self.ref(*names)
        if not found:
            raise BadRecord("R201", pointer=self.pointer_to(names[0]))
        return found

    def yes(self, *names: str) -> bool:
        """True for 是, 1, true, y and their kind; absent is False."""
        return self.text(*names).lower() in _YES

    def number(self, *names: str) -> Decimal | None:
        """A number with the digits that were sent; None where absent or not a number."""
        try:
            found = Decimal(self.text(*names))
        except InvalidOperation:
            return None
        return found if found.is_finite() else None

    def moment(
        self, *names: str, zone: tzinfo = SHANGHAI, formats: Sequence[str] = DEFAULT
    ) -> datetime | None:
        """As `hub.plugin.times.parse_moment`, naming the field where it cannot be read (R203)."""
        name, value = self._find(names)
        if value is None:
            return None
        if not isinstance(value, str):  # asked first: an abstract class is dear to ask about
            if isinstance(value, (Mapping, list)):
                raise BadRecord("R202", pointer=self.pointer_to(name))
            value = str(value)
        try:
            return parse_moment(value, zone=zone, formats=formats)
        except HeldRecord as error:
            raise HeldRecord(error.code, pointer=self.pointer_to(name)) from None

    def day(self, *names: str, zone: tzinfo = SHANGHAI) -> date | None:
        """A day in that zone; None for empty and for 9999-12-31 (N35). Raises as `moment`."""
        moment = self.moment(*names, zone=zone)
        return moment.astimezone(zone).date() if moment else None

    def needed_day(self, *names: str, zone: tzinfo = SHANGHAI) -> date:
        """A day without which the matter cannot be kept; raises HeldRecord R201 where it is absent."""
        found = self.day(*names, zone=zone)
        if found is None:
            raise HeldRecord("R201", pointer=self.pointer_to(names[0]))
        return found

    def version(self, *names: str, zone: tzinfo = SHANGHAI, formats: Sequence[str] = DEFAULT) -> str:
        """A version that sorts as text: a time in one form, anything else as `ref`; "" where absent."""
        try:
            moment = self.moment(*names, zone=zone, formats=formats)
        except HeldRecord:
            return self.ref(*names)
        return moment.isoformat() if moment else ""

    def times(
        self, *, occurred: str = "", reported: str = "", updated: str = "", zone: tzinfo = SHANGHAI
    ) -> Times:
        """When it happened, was reported, and was changed. Each text is a field's name, or several with blanks between
        them; raises as `moment`."""
        return Times(*(self._one_moment(names, zone) for names in (occurred, reported, updated)))

    def clocks(
        self, fields: Mapping[str, Sequence[str]], *, zone: tzinfo = SHANGHAI
    ) -> tuple[SourceClock, ...]:
        """The deadlines that the source keeps: name of each → field of its end and, where it is told, of its beginning.
        One that is not set is left out; raises as `moment`."""
        found = []
        for name, (due, *begin) in fields.items():
            due_at = self.moment(due, zone=zone)
            if due_at is not None:
                found.append(SourceClock(name, due_at, self._one_moment(" ".join(begin), zone)))
        return tuple(found)

    def person(
        self,
        name: str = "",
        phone: str = "",
        id_number: str = "",
        address: str = "",
        callback: str = "",
        anonymous: str = "",
    ) -> Person | None:
        """Who is to be answered; None where nothing is told of them. Each text as in `times`; one that is left out is a
        field that the source does not have."""
        told = self._one_text(name), whole(self._one_text(phone))
        more = whole(tidy_ref(self._one_text(id_number))), self._one_text(address)
        is_anonymous = self._one_yes(anonymous)
        if not (any(told) or any(more) or is_anonymous):
            return None
        return Person(*told, *more, callback=self._one_yes(callback), anonymous=is_anonymous)

    def person_unless(
        self,
        anonymous: str,
        name: str = "",
        phone: str = "",
        id_number: str = "",
        address: str = "",
        *,
        callback: str = "",
    ) -> Person | None:
        """As `person`; where the field `anonymous` says so, nothing of them is taken although it was sent."""
        if self._one_yes(anonymous):
            return Person(anonymous=True)
        return self.person(name, phone, id_number, address, callback=callback)

    def attachments(self, rows: str, *, url: str = "url", name: str = "name") -> tuple[AttachmentRef, ...]:
        """The files that the list `rows` offers, by the fields of its objects; raises as `rows`."""
        return tuple(AttachmentRef(row.text(url), row.text(name)) for row in self.rows(rows))

    def inside(self, *names: str) -> "Fields":
        """The object under that name; empty where absent. Raises BadRecord R202 for anything else."""
        name, value = self._find(names)
        if value is None:
            return Fields({}, self.pointer_to(name))
        if not isinstance(value, Mapping):
            raise BadRecord("R202", pointer=self.pointer_to(name))
        return Fields(value, self.pointer_to(name))

    def rows(self, *names: str) -> tuple["Fields", ...]:
        """The objects of the list under that name; `()` where absent. Raises BadRecord R202 else."""
        name, value = self._find(names)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise BadRecord("R202", pointer=self.pointer_to(name))
        return tuple(Fields.of(row, f"{self.pointer_to(name)}/{at}") for at, row in enumerate(value))

    def texts(self, *names: str) -> tuple[str, ...]:
        """The words of the list under that name, trimmed; `()` where absent. Raises BadRecord R202 else."""
        name, value = self._find(names)
        if value is None:
            return ()
        if not isinstance(value, list) or any(isinstance(one, (Mapping, list)) for one in value):
            raise BadRecord("R202", pointer=self.pointer_to(name))
        return tuple(tidy_text(one) for one in value)

    def has(self, *names: str) -> bool:
        """True where one of the names is present and not null."""
        return self._find(names)[1] is not None

    def pointer_to(self, name: str) -> str:
        """JSON pointer of a field of this object (RFC 6901)."""
        return f"{self._pointer}/{name.replace('~', '~0').replace('/', '~1')}"

    def _one_text(self, names: str) -> str:
        if not names:
            return ""
        return self.text(*_split(names))

    def _one_yes(self, names: str) -> bool:
        return self.yes(*_split(names)) if names else False

    def _one_moment(self, names: str, zone: tzinfo) -> datetime | None:
        return self.moment(*_split(names), zone=zone) if names else None

    def _find(self, names: Sequence[str]) -> tuple[str, object]:
        known = self._folded
        for name in names:
            found = known.get(folded(name))
            if found is not None and found[1] != "":
                return found
        return names[0], None


class Renaming:
    """Rows read by our names instead of theirs. Errors still point to the names that were sent; one that begins with a slash
    is a pointer itself."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Our name → theirs."""
        self._names: Final = names
        self._folded: Final = tuple((folded(ours), folded(theirs)) for ours, theirs in names.items())

    def of(self, row: Fields) -> Fields:
        """The row by our names; what is not named is not there."""
        return _Renamed(row, self._folded, self._names)


class _Renamed(Fields):
    """As `Renaming.of`."""

    __slots__ = ("_theirs",)

    def __init__(self, row: Fields, pairs: Sequence[tuple[str, str]], names: Mapping[str, str]) -> None:
        super().__init__({}, row._pointer)  # noqa: SLF001  of its own kind
        self._theirs: Final = names
        known = row._folded  # noqa: SLF001
        for ours, theirs in pairs:
            if theirs in known:
                self._folded[ours] = known[theirs]

    def pointer_to(self, name: str) -> str:
        theirs = self._theirs.get(name, name)
        return theirs if theirs.startswith("/") else super().pointer_to(theirs)


def whole(text: str) -> str:
    """`text` without the `.0` that spreadsheets and databases put behind whole numbers (N26)."""
    found = _WHOLE.fullmatch(text) if text.endswith("0") and "." in text else None
    return found[1] if found else text


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A field's name as it is compared: vendors change case, `_`, `-` and blanks (N32)."""
    return name.translate(_MARKS).lower()


@lru_cache(maxsize=4096)
def _split(names: str) -> tuple[str, ...]:
    """Several names that a plugin wrote as one text."""
    return tuple(names.split())
