"""What is announced for whole communities before it happens (计划停水, 封路): one notice, a report for each community.

It is dealt with by whoever announced it: nobody is called, and until it is over it explains what is reported of its kind
there. A notice must not explain for ever: an end that cannot be right is none, and what is over, called off or no longer
meant for a community ends by then. Pure; what the notice calls its fields is the adapter's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from hub.model import Draft, Handling, Stage

LONGEST: Final = timedelta(days=15)
"""An end further off is a slip of the pen."""
END_UNCLEAR: Final = "end_unclear"
AREA_MISSING: Final = "area_missing"
_AREA: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_OF_TIMES: Final = frozenset({"clock_suspect", "times_disordered"})
_OVER: Final = frozenset({Stage.DONE_BY_DEPT, Stage.CLOSED, Stage.REJECTED, Stage.CANCELLED})


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says beside its words. Its beginning is `occurred_at` of the draft."""

    areas: str
    """Where it holds: codes of communities, 12 digits each, with anything else between them."""
    left_out: str
    """Those that it no longer holds for, where the source says so: their reports are called off."""
    ends_at: datetime | None
    """As planned."""
    changed_at: datetime | None = None
    """When this version was written: what ends with it ended then."""
    over_at: datetime | None = None
    """When it was really over, where the source says so."""

    def drafts(self, told: Draft) -> Iterator[Draft]:
        """`told` once for each community, which is its part; once without any where the notice names none.

        What lies ahead says nothing about anybody's clock: flags of times are left out. Added are `end_unclear` (no end,
        one before the beginning or beyond `LONGEST`, or a state that nobody knows) and `area_missing`: either explains
        nothing.
        """
        there, left = (tuple(dict.fromkeys(_AREA.findall(text))) for text in (self.areas, self.left_out))
        until, cut_at = self._ends(told)
        sound = (one for one in told.flags if one not in _OF_TIMES)
        flags = (*sound, *[END_UNCLEAR] * (until is None), *[AREA_MISSING] * (not (there or left)))
        notice = replace(told, handling=Handling.ELSEWHERE, flags=flags)
        if not (there or left):
            yield notice
        whole = replace(notice, position=None, address="")  # of each community, wherever the work is
        for area in there:
            yield replace(whole, part=area, area_code=area, until=until)
        for area in left:
            if area not in there:
                yield replace(whole, part=area, area_code=area, until=cut_at, stage=Stage.CANCELLED)

    def _ends(self, told: Draft) -> tuple[datetime | None, datetime | None]:
        """When it is over, and when it is where it ends with this version; None where nobody can tell."""
        begins_at, ends_at = told.occurred_at, self.ends_at
        if told.stage is Stage.UNKNOWN or begins_at is None or ends_at is None:
            return None, None
        if not begins_at <= ends_at <= begins_at + LONGEST:
            return None, None
        cut_at = max(begins_at, min(ends_at, self.changed_at or begins_at))
        if told.stage not in _OVER:
            return ends_at, cut_at
        return min(self.over_at or cut_at, begins_at + LONGEST), cut_at
