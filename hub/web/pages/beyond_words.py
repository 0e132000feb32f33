"""What pages say of reveals and emergencies: words, and how long one still holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from hub.access.beyond import Emergency, Reveal, State, Verdict
from hub.messages.text import Language
from hub.model.account import Account, Role
from hub.pack import Pack
from hub.run.assembly import Assembly
from hub.run.inbox.sheet import Sheet
from hub.run.whitelist.catalogue import titles
from hub.web.moments import minute_of
from hub.web.visitor import Visitor

STATES: Final[Mapping[State, str]] = {
    State.WAITING: "等人同意",
    State.LAPSED: "过期未办",
    State.REFUSED: "未同意",
    State.LIVE: "有效",
    State.ENDED: "已结束",
}
MARKS: Final[Mapping[State, str]] = {State.WAITING: "warn", State.LIVE: "good", State.REFUSED: "bad"}
"""State → the badge's colour; the rest are plain."""
VERDICTS: Final[Mapping[Verdict, str]] = {Verdict.APPROVE: "同意", Verdict.REFUSE: "不同意"}


def words_of(house: Assembly, visitor: Visitor) -> dict[str, Any]:
    """What templates of both need."""
    now = house.clock.now()
    return {
        "beyond_states": STATES,
        "beyond_marks": MARKS,
        "verdicts": VERDICTS,
        "kinds": kinds_of(house.pack, visitor.language),
        "titles": titles(),
        "state_of": lambda one: one.state_at(now),
        "left_s": lambda one: _left_s(one, now),
        "minute": minute_of,
        "reads": lambda by: _reads(visitor.account, by),
        "sees_who": visitor.account.role is not Role.OPERATOR,  # as in dossiers
    }


def _reads(me: Account, by: str) -> bool:
    """Whether `me` reads what `by` wrote. Who wrote it, and departments, do not: which names were taken out of it would tell
    them who reported."""
    return me.role is not Role.OPERATOR and me.name != by


def kinds_of(pack: Pack, language: Language) -> dict[str, str]:
    """Sets of emergency fields by their names."""
    return {one.id: one.en if language is Language.EN else one.zh for one in pack.beyond.kinds}


def facts_of(house: Assembly, sheet: Sheet, visitor: Visitor) -> dict[str, Any]:
    """The same with what may be asked for on the page of a whistle. `numbers`: report → its place on the page, of those
    whose id is shown: others cannot be named."""
    ids = [one.get("event", {}).get("id") for one in sheet.matter["reports"]]
    return {
        **words_of(house, visitor),
        "beyond": sheet.beyond,
        "may_reveal": house.pack.beyond.reveal.fields,
        "numbers": {id_: number for number, id_ in enumerate(ids, 1) if id_},
    }


def _left_s(one: Reveal | Emergency, now: datetime) -> int:
    return max(0, int((one.until - now).total_seconds()))
