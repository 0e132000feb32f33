"""Personal values that stand in fields of a record or of those linked to it, ready to be found in texts.

Built once for a record, used on each of its texts. A value is found as written and as people write it:
full-width, with blanks, 王先生 for a full name, an address without its city, 12栋 for 12号楼.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from hub.access.addresses import cut
from hub.access.folding import fold
from hub.access.names import DOTS, NO_NAMES, TITLES, split_name

NAME: Final = "[姓名]"
ADDRESS: Final = "[地址]"
NUMBER: Final = "[号码]"

_BLANKS: Final = rf" \t\r\n\u00a0\u2000-\u200a\u202f{DOTS}\u200b-\u200d\u2060\ufeff"
_NAME_GAPS: Final = re.compile(f"[{_BLANKS}]+")
_NUMBER_GAPS: Final = re.compile(rf"[{_BLANKS}.()\-‐-―]+")
_ADDRESS_GAPS: Final = re.compile(rf"[{_BLANKS}\-‐-―_.,，、。()号幢栋座楼单元室层]+")
"""Left out on both sides before addresses are compared: 12幢501室 = 12-501 = 12号楼501."""

_FOUND_BY_PATTERN: Final = re.compile(r"1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9x]")
"""Mobiles and ids: `mask_text` finds every one of them, known or not."""

_UNITS: Final = re.compile(r"(?:[号幢栋座楼室层]|单元)*")
_DIGITS: Final = re.compile("[0-9]")
_HAN: Final = "㐀"
_LAST_HAN: Final = "鿿"
"""What begins with a character is no number."""
_NAME: Final = re.compile(r"[㐀-鿿𠀀-𱍏]{2,6}|[^0-9]{1,30}[" + DOTS + r"][^0-9]{1,30}|[a-z][a-z ]{2,40}")

Span = tuple[int, int, str]
"""First index, index behind the last, and what to write there instead."""


@dataclass(frozen=True, slots=True)
class _Needles:
    """Values of one kind, longest first, without `gaps`."""

    values: tuple[str, ...]
    gaps: re.Pattern[str]
    instead: str

    def spans(self, folded: str) -> Iterator[Span]:
        """Where they stand in `folded`, however many gaps are between their letters."""
        values = [value for value in self.values if value[0] in folded and value[-1] in folded]
        if not values:
            return
        tight = _Tight(folded, self.gaps)
        for value in values:
            at = tight.text.find(value)
            while at >= 0:
                first, last = tight.index(at), tight.index(at + len(value) - 1)
                if not _inside_number(folded, first, last):
                    yield first, self._behind(folded, last), self.instead
                at = tight.text.find(value, at + 1)

    def _behind(self, folded: str, last: int) -> int:
        units = _UNITS.match(folded, last + 1) if self.instead is ADDRESS else None
        return units.end() if units else last + 1


class _Tight:
    """A text without its gaps, and the way back from a letter in it to the same letter in the text."""

    __slots__ = ("_gap_at", "_shift", "text")

    def __init__(self, text: str, gaps: re.Pattern[str]) -> None:
        pieces: list[str] = []
        self._gap_at: list[int] = []
        self._shift = [0]
        done = 0
        for gap in gaps.finditer(text):
            first, behind = gap.span()
            pieces.append(text[done:first])
            self._gap_at.append(first - self._shift[-1])
            self._shift.append(self._shift[-1] + behind - first)
            done = behind
        self.text = "".join((*pieces, text[done:])) if done else text

    def index(self, at: int) -> int:
        return at + self._shift[bisect_right(self._gap_at, at)]


def _inside_number(text: str, first: int, last: int) -> bool:
    """Whether a longer number goes on before or behind: 12 in 123 is another house."""
    before, behind = text[first - 1 : first], text[last + 1 : last + 2]
    return (text[first] in "0123456789" and before.isdecimal()) or (
        text[last] in "0123456789" and behind.isdecimal()
    )


class Known:
    """The values to be found. Masked ones (`张*`) are no values: nothing is matched by them (N57)."""

    __slots__ = ("_heads", "_names", "_needles", "_of_names")

    def __init__(self, values: Iterable[str] = ()) -> None:
        names: set[str] = set()
        addresses: set[str] = set()
        numbers: set[str] = set()
        for value in {fold(value).strip() for value in values if value}:
            if len(value) < 2 or "*" in value or value in NO_NAMES or _FOUND_BY_PATTERN.fullmatch(value):
                continue
            tight = value if _HAN <= value[0] <= _LAST_HAN else _NUMBER_GAPS.sub("", value)
            if tight.isascii() and len(_DIGITS.findall(tight)) >= 5:
                if not _FOUND_BY_PATTERN.fullmatch(tight):
                    numbers.add(tight)
                continue
            name = _NAME_GAPS.sub("", value)
            if _NAME.fullmatch(name) or _NAME.fullmatch(value):
                names.add(name)
            else:
                addresses.update(_forms_of_address(value))
        self._names: Final = names
        self._heads: Final = {name[0] for name in names if name}
        self._of_names: _Needles | None = None
        kinds = ((addresses, _ADDRESS_GAPS, ADDRESS), (numbers, _NUMBER_GAPS, NUMBER))
        self._needles: Final = tuple([one for kind in kinds if kind[0] and (one := _needles(*kind))])

    def __bool__(self) -> bool:
        """Whether there is anything to be found."""
        return bool(self._needles or self._heads)

    def stands_in(self, folded: str) -> bool:
        """Whether any of the values stands in `folded`, a text after `fold`."""
        return any(self.spans(folded))

    def spans(self, folded: str) -> Iterable[Span]:
        """Where the values stand in `folded`, a text after `fold`; they may overlap, in any order."""
        found = [needles.spans(folded) for needles in self._needles]
        if any(head in folded for head in self._heads):
            found.append(self._forms().spans(folded))
        return chain.from_iterable(found)

    def _forms(self) -> _Needles:
        """All ways in which the names are said: made once a text has the first character of one, as few have."""
        if self._of_names is None:
            forms = {form for name in self._names for form in _forms_of_name(name)}
            self._of_names = _needles(forms, _NAME_GAPS, NAME) or _Needles((), _NAME_GAPS, NAME)
        return self._of_names


def _needles(found: Iterable[str], gaps: re.Pattern[str], instead: str) -> _Needles | None:
    """What is to be looked for of one kind; None where all of it is too short to tell anything."""
    telling = sorted(filter(_tells, found), key=len, reverse=True)
    return _Needles(tuple(telling), gaps, instead) if telling else None


def _tells(needle: str) -> bool:
    """Whether a value without its gaps is long enough to be somebody's: the 5 of 5号楼 is not."""
    return len(needle) >= (4 if needle.isdecimal() else 2)


def _forms_of_name(name: str) -> Iterator[str]:
    """The name itself; of a full name also its surname with a title: 张先生, 张女士, 张某."""
    yield name
    surname, given = split_name(name)
    if given and name[0] >= _HAN and given not in TITLES:
        for title in TITLES:
            yield surname + title


def _forms_of_address(address: str) -> Iterator[str]:
    """The address itself; where it names a house, also without its city, from the road, from the 小区 on."""
    yield _tight(address)
    parts = cut(address)
    if not _DIGITS.search(parts.number + parts.detail):
        return
    street = parts.road + parts.number
    building = re.match(r"[0-9]+[号幢栋座楼]*", parts.detail)
    forms = [parts.community + street + parts.estate + parts.detail, street + parts.estate + parts.detail]
    if parts.estate:
        forms.append(parts.estate + parts.detail)
        forms.append(parts.estate + (building[0] if building else ""))
    elif parts.number and parts.road:
        forms.append(street)
    for form in forms:
        tight = _tight(form)
        if len(tight) >= 4 and _DIGITS.search(tight) and not tight.isascii():
            yield tight


def _tight(address: str) -> str:
    return _ADDRESS_GAPS.sub("", address)
