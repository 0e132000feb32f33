"""Packs of the drills, by name: the demo's as it is, and one in which a whistle lives and ends within seconds.

Both share their maps and addresses, which are made once a process.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from hub.model import Contract, Duration, Unit
from hub.pack import Pack
from hub.whistle.cardrules import CardRule, Timing
from hub.whistle.rules import Rules
from tests.instruments import demo_pack

DEMO: Final = "demo"
QUICK: Final = "quick"
_SHARED: Final = ("geography", "atlas", "gazetteer")


def _minutes(value: int) -> Duration:
    return Duration(value, Unit.URGENT_MINUTE)


FINISH: Final = _minutes(40)
_LIMITS: Final[Mapping[str, Duration]] = {
    "sign": _minutes(10),
    "contact": _minutes(15),
    "arrive": _minutes(30),
    "finish": FINISH,
}
_CARDS: Final[Mapping[str, Duration]] = {
    "sign_late": _minutes(10),
    "finish_near": _minutes(20),
    "finish_over": _minutes(15),
}
"""Rule of the demo pack → how long before or after its deadline the card falls due here."""
LAST_CARD: Final = _minutes(FINISH.value + _CARDS["finish_over"].value)
"""After the call: nothing falls due any more."""
_ARCHIVED_AFTER: Final = _minutes(15)


@cache
def pack_named(name: str) -> Pack:
    """The pack of this name, once a process."""
    pack = demo_pack()
    return pack if name == DEMO else _quick(pack)


def _quick(pack: Pack) -> Pack:
    quick = replace(
        pack,
        whistles=tuple(map(_soon, pack.whistles)),
        contracts=tuple(map(_hurried, pack.contracts)),
    )
    vars(quick).update({name: getattr(pack, name) for name in _SHARED})
    return quick


def _hurried(one: Contract) -> Contract:
    """Whoever was killed may hand a whistle back late."""
    return replace(one, deadlines=_LIMITS, returns=replace(one.returns, within=None))


def _soon(rules: Rules) -> Rules:
    cards = replace(rules.cards, rules=tuple(map(_sooner, rules.cards.rules)))
    return replace(rules, cards=cards, archive_after=_ARCHIVED_AFTER)


def _sooner(rule: CardRule) -> CardRule:
    return rule if rule.timing is Timing.SHARE else replace(rule, span=_CARDS.get(rule.name, rule.span))
