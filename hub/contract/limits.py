"""Time limits in words (`4工作时`, `2.0` beside a unit column) into a `Duration`, or a refusal.

Pure. A source's text is read only where nothing of it is left over: a real parser that took unknown
text for one natural day needed a repair afterwards (domain.md 2.4), so what is unclear goes to a person.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from hub.model import Duration, Unit

WORDS: Final[Mapping[str, Unit]] = {
    "工作时": Unit.WORK_HOUR,
    "工作小时": Unit.WORK_HOUR,
    "紧急工作时": Unit.URGENT_HOUR,
    "工作日": Unit.WORK_DAY,
    "紧急工作日": Unit.URGENT_DAY,
    "紧急工作分钟": Unit.URGENT_MINUTE,
    "自然日": Unit.URGENT_DAY,
    "天": Unit.URGENT_DAY,
    "小时": Unit.URGENT_HOUR,
    "分钟": Unit.URGENT_MINUTE,
}
"""Words of domain.md 2.4; 天, 小时, 分钟 are natural time unless a source declares otherwise."""

_NUMERALS: Final = {word: index for index, word in enumerate("零一二三四五六七八九十")} | {"两": 2}
# [0-9], not \d: what is left of other scripts after NFKC is no number to us. `2.0` is 2, `2.5` is refused.
_LIMIT: Final = re.compile(r"([0-9]{1,4})(?:\.0+)?([^0-9.]*)|([一二两三四五六七八九十])([^0-9.]*)")
_DRESSING: Final = re.compile(r"^(?:个)|(?:以内|之内|内)$")


def parse_limit(text: str, *, unit: Unit | None = None, words: Mapping[str, Unit] = WORDS) -> Duration | None:
    """The limit that `text` says, or None: a person reads it then (held, R304).

    `unit` is that of the column, for sources that keep it apart and send the bare number (N26).
    `words` replaces the table for a sheet whose 天 means working days: declared, never guessed.
    Stages (停工4工作时/处罚7工作日), seasons and deeds (1紧急工作时制止) are refused (N27).
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    found = _LIMIT.fullmatch(plain)
    if found is None:
        return None
    value = int(found[1]) if found[1] else _NUMERALS[found[3]]
    word = _DRESSING.sub("", found[2] if found[1] else found[4])
    meant = words.get(word) if word else unit
    return Duration(value, meant) if meant and value else None
