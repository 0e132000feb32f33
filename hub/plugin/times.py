"""Moments as sources write them: many formats, mostly zone-less, with dates that mean "none".

Pure. Rules: domain.md N33 (the zone is declared by the source, never guessed), N34 (formats), N35
(dates that stand for null), N36 and N37 (clocks that are wrong are flagged; what was sent is kept in
the record). Nothing about any one source may live here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Final
from unicodedata import normalize

from pydantic import AfterValidator

from hub.clock import SHANGHAI
from hub.errors import HeldRecord


class Shape(StrEnum):
    """Families of formats that cannot be mistaken for each other, so all may be tried."""

    SEPARATED = "separated"
    """`2026-3-9 8:05`, `2026/03/09T08:05:00.0Z`, `2026年3月9日 下午2时30分`, and dates alone."""
    COMPACT = "compact"
    """Digits alone: `yyyyMMdd` with nothing, `HHmm`, `HHmmss` or `HHmmssSSS` behind."""
    EPOCH = "epoch"
    """Seconds (10 digits) or milliseconds (13 digits) since 1970-01-01T00:00:00Z; also negative."""
    ORACLE = "oracle"
    """`09-MAR-26`, `09-3月 -26 02.30.00.000000 下午`."""


DEFAULT: Final[tuple[str, ...]] = (Shape.SEPARATED, Shape.COMPACT, Shape.EPOCH, Shape.ORACLE)

_USUAL: Final = len("2026-03-09 08:05:00")
_EMPTY: Final = frozenset({"", "-", "--", "/", "null", "none", "nil", "nan", "无", "0", "n/a"})
_LONGEST_EMPTY: Final = max(map(len, _EMPTY))
_NULL_DAYS: Final = frozenset(
    {date(1, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(9999, 12, 31)}
)
_NULL_YEARS: Final = frozenset({1, 1899, 1900, 1969, 1970, 9999})
"""Years of those days, and of the instant 0 in any zone: in all others nothing has to be compared."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before this no source existed: a device that woke up without a clock."""
_HALF_DAY: Final = r"(?P<half>[AP]M|[ap]m|上午|下午|中午|晚上|凌晨)"
_ZONE: Final = r"(?P<zone>[Zz]|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})"
_CLOCK: Final = (
    rf"(?:{_HALF_DAY}?\s*(?P<hour>[0-9]{{1,2}})[:.时点](?P<minute>[0-9]{{1,2}})?分?"
    r"(?:(?:[:.]|(?<=分))(?P<second>[0-9]{1,2})秒?(?:[.,:](?P<fraction>[0-9]{1,9}))?)?"
    rf"\s*(?:{_HALF_DAY.replace('half', 'half_after')})?)?"
)
_SEPARATED: Final = re.compile(
    # [0-9], not \d: \d also accepts digits of other scripts
    r"(?P<year>[0-9]{4})[-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?(?:[T,]|\s)*"
    + _CLOCK
    + rf"\s*{_ZONE}?"
)
_ORACLE: Final = re.compile(
    r"(?P<day>[0-9]{1,2})-(?P<month>[A-Za-z]{3}|[0-9]{1,2}月)\s*-(?P<year>[0-9]{2,4})\s*" + _CLOCK
)
_COMPACT_LENGTHS: Final = frozenset({8, 12, 14, 17})
_MONTHS: Final = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_AFTERNOON: Final = frozenset({"pm", "下午", "晚上", "中午"})


def parse_moment(
    text: str | float | datetime | None, *, zone: tzinfo = SHANGHAI, formats: Sequence[str] = DEFAULT
) -> datetime | None:
    """The moment that `text` names, aware, in UTC; None where it stands for "no time" (N35).

    `zone` is what the source has declared for texts without a zone; a zone in the text wins. `formats`
    are tried in order: members of `Shape`, or `strptime` patterns (recognised by their `%`). A date
    alone is its first moment in `zone`. Raises HeldRecord R203 where no format fits.
    """
    if text is None:
        return None
    if isinstance(text, datetime):
        return _unless_null(text if text.tzinfo else text.replace(tzinfo=zone))
    if isinstance(text, str) and len(text) >= _USUAL and formats and formats[0] == Shape.SEPARATED:
        usual = _usual(text, zone)
        if usual is not None:
            return usual
    cleaned = str(text).strip()
    cleaned = cleaned if cleaned.isascii() else normalize("NFKC", cleaned)
    is_empty = len(cleaned) <= _LONGEST_EMPTY and cleaned.lower() in _EMPTY
    if is_empty or cleaned.startswith(("0000-00-00", "0000/00/00", "00000000")):
        return None
    for form in formats:
        try:
            found = _read(cleaned, form, zone)
        except (ValueError, OverflowError):  # the 31st of February, the year 0
            continue
        if found is not None:
            return _unless_null(found)
    raise HeldRecord("R203")


@lru_cache
def zone_of(text: str) -> tzinfo:
    """The zone that a configuration declares: `+08:00`, `UTC` or `Asia/Shanghai` (which has had no DST
    since 1991). Raises ValueError for anything else: no zone data is read from the machine.
    """
    if text == "Asia/Shanghai":
        return SHANGHAI
    if text in ("UTC", "Z") or re.fullmatch(r"[+-](0[0-9]|1[0-4]):?[0-5][0-9]", text):
        return _zone(text, UTC)
    raise ValueError("zone")


def _known(text: str) -> str:
    zone_of(text)
    return text


Zone = Annotated[str, AfterValidator(_known)]
"""The zone of a source's times that name none (N33), as `zone_of` reads it. For settings; anything else is refused."""


def local_text(moment: datetime) -> str:
    """`2026-03-09 08:05:00`, as most systems write a moment: by the clock on the wall, without a zone (N33)."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def time_flags(
    *,
    occurred_at: datetime | None,
    reported_at: datetime | None,
    received_at: datetime,
    slack_s: int = 600,
    by_each_clock: Iterable[datetime | None] = (),
) -> tuple[str, ...]:
    """Flags for a draft: `clock_suspect` (before 2000, or later than it came; N36) and
    `times_disordered` (not occurred ≤ reported ≤ received; N37). The moments stay as sent;
    `slack_s` seconds of clock difference are forgiven.

    `by_each_clock` is one moment, mostly that of an upload, by the device's clock and by its server's: a clock that is
    slow shows itself by nothing else.
    """
    slack = timedelta(seconds=slack_s)
    known = [moment for moment in (occurred_at, reported_at) if moment is not None]
    flags = []
    read = [moment for moment in by_each_clock if moment is not None]
    apart = bool(read) and max(read) - min(read) > slack
    if apart or any(moment < _EARLIEST or moment > received_at + slack for moment in known):
        flags.append("clock_suspect")
    in_order = [*known, received_at]
    if any(later + slack < earlier for earlier, later in pairwise(in_order)):
        flags.append("times_disordered")
    return tuple(flags)


@dataclass(frozen=True, slots=True)
class Times:
    """The three moments that most records have; None for one that is absent."""

    occurred_at: datetime | None
    reported_at: datetime | None
    updated_at: datetime | None

    @property
    def version(self) -> str:
        """The update time as a version, which sorts as text; "" where there is none."""
        return self.updated_at.isoformat() if self.updated_at else ""

    def flags(self, received_at: datetime) -> tuple[str, ...]:
        """As `time_flags`."""
        return time_flags(occurred_at=self.occurred_at, reported_at=self.reported_at, received_at=received_at)


def _unless_null(moment: datetime) -> datetime | None:
    """None for the days and the instant that databases write for NULL."""
    if moment.year not in _NULL_YEARS:
        return moment.astimezone(UTC)
    if moment.date() in _NULL_DAYS:
        return None
    in_utc = moment.astimezone(UTC)
    local_midnight = moment.date() == _EPOCH.date() and moment.time() == time.min
    return None if in_utc == _EPOCH or local_midnight else in_utc


def _usual(text: str, zone: tzinfo) -> datetime | None:
    """`2026-03-09 08:05:00`, which nearly all are, with slashes or a fraction, at a twentieth of the price; None for what
    is not quite that."""
    offset = zone.utcoffset(None)
    if (
        offset is None
        or text[13] != ":"
        or text[16] != ":"
        or text[4] != text[7]
        or not text[5:7].isdecimal()
    ):
        return None
    if len(text) > _USUAL and not (text[_USUAL] == "." and text[_USUAL + 1 :].isdecimal()):
        return None
    try:
        found = datetime.fromisoformat((text.replace("/", "-") if text[4] == "/" else text) + "Z")
    except ValueError:
        return None
    return None if found.year in _NULL_YEARS else found - offset


def _read(text: str, form: str, zone: tzinfo) -> datetime | None:
    match form:
        case Shape.SEPARATED:
            found = _SEPARATED.fullmatch(text)
            return _from_parts(found, int(found["month"]), zone) if found else None
        case Shape.COMPACT:
            return _read_compact(text, zone)
        case Shape.EPOCH:
            return _read_epoch(text)
        case Shape.ORACLE:
            found = _ORACLE.fullmatch(text)
            return _from_parts(found, _oracle_month(found["month"]), zone) if found else None
        case _:
            moment = datetime.strptime(text, form)  # noqa: DTZ007  the zone follows in the next line
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _read_compact(text: str, zone: tzinfo) -> datetime | None:
    if len(text) not in _COMPACT_LENGTHS or not (text.isascii() and text.isdigit()):
        return None
    if len(text) == 14:
        usual = _usual(f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}:{text[12:]}", zone)
        if usual is not None:
            return usual
    filled = text.ljust(17, "0")
    day = date(int(filled[:4]), int(filled[4:6]), int(filled[6:8]))
    clock = time(int(filled[8:10]), int(filled[10:12]), int(filled[12:14]), int(filled[14:]) * 1000)
    return datetime.combine(day, clock, zone)


def _read_epoch(text: str) -> datetime | None:
    digits = text.removesuffix(".0").lstrip("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (10, 13):
        return None
    seconds = int(text.removesuffix(".0")) / (1000 if len(digits) == 13 else 1)
    return _EPOCH + timedelta(seconds=seconds)


def _oracle_month(text: str) -> int:
    return int(text[:-1]) if text.endswith("月") else _MONTHS.get(text.lower(), 0)


def _from_parts(found: re.Match[str], month: int, zone: tzinfo) -> datetime:
    parts = found.groupdict()
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    half = (parts.get("half") or parts.get("half_after") or "").lower()
    hour = _hour(int(parts["hour"] or 0), half)
    fraction = (parts["fraction"] or "0")[:6].ljust(6, "0")
    clock = timedelta(
        hours=hour,
        minutes=_below(parts["minute"], 60),
        seconds=_below(parts["second"], 60),
        microseconds=int(fraction),
    )
    return datetime(year, month, int(parts["day"]), tzinfo=_zone(parts.get("zone"), zone)) + clock


def _hour(hour: int, half: str) -> int:
    """24-hour clock; `24` is the next midnight, as duty rosters write it."""
    if hour > 24:
        raise ValueError
    if half in _AFTERNOON and hour < 12 and not (half == "中午" and hour == 11):
        return hour + 12
    return 0 if half in ("am", "凌晨", "上午") and hour == 12 else hour


def _below(text: str | None, limit: int) -> int:
    value = int(text or 0)
    if value >= limit:
        raise ValueError
    return value


def _zone(text: str | None, declared: tzinfo) -> tzinfo:
    if not text:
        return declared
    if not text.startswith(("+", "-")):
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
