"""One sheet that changes, with the news of it in order: what a browser that was away asks for.

Numbers begin anew with every sheet, so a number names its sheet too; who comes with another's, or with one from before
what is kept, draws the picture anew.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from hub.run.map.marks import Mark
from hub.run.map.sheet import Sheet, mark_told
from hub.store.pins import Pin

KEPT: Final = 2_000
"""News that are kept of one sheet: of a district's rush some minutes."""
_MOST_AT_ONCE: Final = 500
"""Changes in one piece of news; beyond that a new picture costs less."""
_LONGEST: Final = 12
"""Digits of a number."""
RELOAD: Final[Mapping[str, Any]] = {"reload": True}


class Live:
    """A sheet, its news, and the number of the last."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet: Final = sheet
        self._epoch: Final = secrets.token_hex(4)
        self._news: tuple[tuple[int, bytes], ...] = ((0, b""),)
        """Never empty, and never changed: readers on another thread need no lock."""
        self.gathered: Final[dict[Any, tuple[str, float, dict[str, Any]]]] = {}
        """What was gathered of it: question → (number of its last news, until when it does, answer)."""

    @property
    def number(self) -> str:
        """Of its last news, for `since`."""
        return f"{self._epoch}-{self._news[-1][0]}"

    def change(self, changed: Mapping[str, tuple[Pin | None, Pin | None]]) -> bool:
        """Whether what changed is seen here; then there are news."""
        seen = [self.sheet.change(id_, after) for id_, (_, after) in changed.items()]
        told = [pair for pair in seen if _shown(pair[0]) != _shown(pair[1])]
        if not told:
            return False
        n = self._news[-1][0] + 1
        self._news = (*self._news[-KEPT:], (n, _message(f"{self._epoch}-{n}", told)))
        return True

    def since(self, number: str) -> tuple[list[bytes], str]:
        """News after that number, each as it goes over the wire, and the number of the last; one that says to draw anew
        where some are missing."""
        news = self._news
        first, last = news[0][0], news[-1][0]
        epoch, _, digits = number.rpartition("-")
        after = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < _LONGEST else -1
        if epoch != self._epoch or not first <= after <= last:
            return [_event(f"{self._epoch}-{last}", RELOAD)], f"{self._epoch}-{last}"
        missed = [said for _, said in news[len(news) - (last - after) :]]
        return missed, f"{self._epoch}-{last}"


def _shown(mark: Mark | None) -> object:
    return mark and (mark.named, mark.id if mark.named else "", mark.lon, mark.lat, mark[5:])


def _message(number: str, told: Sequence[tuple[Mark | None, Mark | None]]) -> bytes:
    """Marks that may not be named only make counts old."""
    if len(told) > _MOST_AT_ONCE:
        return _event(number, RELOAD)
    changes = [(before, after) for before, after in told if _is_named(before) or _is_named(after)]
    said: dict[str, Any] = {"changes": [[_plain(before), _plain(after)] for before, after in changes]}
    if len(changes) < len(told):
        said["counts"] = True
    return _event(number, said)


def _is_named(mark: Mark | None) -> bool:
    return mark is not None and mark.named


def _plain(mark: Mark | None) -> dict[str, Any] | None:
    return mark_told(mark) if mark and mark.named else None


def _event(number: str, said: Mapping[str, Any]) -> bytes:
    return b"id: " + number.encode() + b"\ndata: " + orjson.dumps(said) + b"\n\n"
