"""A department contacts a resident through the hub (代拨): which rules of the district hold, and when. Pure.

May hold what the pack says of it and what follows from that. Who may contact whom is the whitelist's business
(`hub.run.ringing.contacts`); numbers are not known here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from string import Formatter
from typing import Final

from hub.clock import SHANGHAI
from hub.model import Level

LONGEST: Final = 140
"""Characters of free words: with the department's name they fit into three segments of an SMS."""
PLACEHOLDERS: Final = ("department", "reference")
"""What a template may name: the department, and the first digits of the whistle's id."""


_REFERENCE: Final = slice(3, 11)


def reference_of(whistle_id: str) -> str:
    """Of a whistle's id what is said on a phone: enough to find it by, short enough to be read aloud."""
    return whistle_id[_REFERENCE]


class Kind(StrEnum):
    """How a resident is contacted."""

    MESSAGE = "message"
    """The hub writes for the department."""
    CALL = "call"
    """The hub connects the department's own telephone with the resident's."""


class ContactState(StrEnum):
    """How one contact stands."""

    QUEUED = "queued"
    """To be sent, now or again."""
    SENT = "sent"
    """The gateway has it."""
    DELIVERED = "delivered"
    """The resident's phone has it."""
    ANSWERED = "answered"
    """The resident picked up."""
    FAILED = "failed"
    """It reached nobody, or was not sent at all, and is not tried again."""


PATIENCE: Final[Mapping[Kind, timedelta]] = {
    Kind.CALL: timedelta(minutes=10),
    Kind.MESSAGE: timedelta(hours=24),
}
"""What no gateway has taken by then is not sent any more: nobody waits at the department's telephone for longer, and words
of yesterday may be wrong today."""


@dataclass(frozen=True, slots=True)
class Template:
    """Words that the district has agreed to. `text` may name PLACEHOLDERS."""

    id: str
    title: str
    text: str

    def words(self, *, department: str, reference: str) -> str:
        """All of it, ready to be sent."""
        return self.text.format(department=department, reference=reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRules:
    """What the district allows. `channels`: by which channel of the rosters; a kind without one is not offered."""

    channels: Mapping[Kind, str] = field(default_factory=dict)
    most_a_day: int = 0
    """Contacts of one report on one day, whoever makes them."""
    quiet_from: int = 0
    """Hour of the day, Asia/Shanghai; with `quiet_to` the same, no hour is quiet."""
    quiet_to: int = 0
    templates: Mapping[str, Template] = field(default_factory=dict)


NO_CONTACT: Final = ContactRules()


def unknown_names(text: str) -> list[str]:
    """What stands in braces in `text` and is no placeholder as it is; `text` itself where its braces do not pair."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return [text]
    named = [
        f"{name}{(form and f'!{form}') or ''}{(spec and f':{spec}') or ''}"
        for _, name, spec, form in parts
        if name is not None
    ]
    return [f"{{{one}}}" for one in named if one not in PLACEHOLDERS]


def quiet_until(rules: ContactRules, level: Level, at: datetime) -> datetime | None:
    """When the quiet hours end in which `at` lies; None where nobody sleeps then, or the whistle is an emergency's."""
    if rules.quiet_from == rules.quiet_to or level is Level.EMERGENCY:
        return None
    here = at.astimezone(SHANGHAI)
    over_midnight = rules.quiet_from > rules.quiet_to
    late, early = here.hour >= rules.quiet_from, here.hour < rules.quiet_to
    if not (late or early if over_midnight else late and early):
        return None
    morning = here.replace(hour=rules.quiet_to, minute=0, second=0, microsecond=0)
    return morning if morning > here else morning + timedelta(days=1)


def counted(made: Iterable[tuple[ContactState, datetime | None]]) -> int:
    """How many of a day's contacts count towards its limit: all but those that failed before a gateway took them.
    `made`: state, and when a gateway took it."""
    return sum(state is not ContactState.FAILED or sent_at is not None for state, sent_at in made)


def is_stale(kind: Kind, made_at: datetime, now: datetime) -> bool:
    """Whether what no gateway has taken yet is not to be sent any more."""
    return now - made_at > PATIENCE[kind]
