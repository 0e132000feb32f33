"""Time limits in the words of the condition table: `2紧急工作时`, `4小时`, `2.0` with a unit's number.

Pure. Units and their counting: domain.md 2.4. Only limits that run on without regard to working hours
become moments here; working hours and days need the district's calendar, which is the hub's.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from unicodedata import normalize

from hub import HeldRecord

_LIMIT: Final = re.compile(r"([0-9]{1,4})(?:\.0+)?\s*个?\s*(\D{1,8})")
_CONTINUOUS: Final[Mapping[str, timedelta]] = {
    "紧急工作时": timedelta(hours=1), "紧急工作日": timedelta(days=1), "紧急工作分钟": timedelta(minutes=1),
    "天": timedelta(days=1), "日": timedelta(days=1), "小时": timedelta(hours=1), "分钟": timedelta(minutes=1),
}  # fmt: skip
_WORKING: Final = frozenset({"工作时", "工作小时", "工作日"})
_NUMBERED: Final = {"0": "工作时", "1": "紧急工作时", "2": "工作日", "3": "紧急工作日"}
"""One vendor's numbers for the units (vendor A of domain.md 2.4)."""


def due_at(limit: str, unit: str, from_at: datetime | None) -> datetime | None:
    """When `limit` ends, counted from `from_at`; None where only a working calendar can say, or nothing is sent.

    `unit` is empty where `limit` names its unit itself. Raises HeldRecord R304 for words that are no
    limit (`种植季节15工作日`, `1紧急工作时制止`; N27): a person enters those, nothing is guessed.
    """
    words = normalize("NFKC", limit + _NUMBERED.get(unit.strip().removesuffix(".0"), unit)).strip()
    if not words:
        return None
    found = _LIMIT.fullmatch(words)
    if found is None or found[2].strip() not in _CONTINUOUS.keys() | _WORKING:
        raise HeldRecord("R304")
    step = _CONTINUOUS.get(found[2].strip())
    return None if step is None or from_at is None else from_at + int(found[1]) * step
