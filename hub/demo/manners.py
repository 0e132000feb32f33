"""How a department behaves towards its whistles: which move follows which, how soon, and what goes wrong. Data.

Pure but for the dice that it is given. Nothing here speaks to a hub.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from hub.contract.filled import filled
from hub.model import Contract

CALLED: Final = ""
"""Stands for the call itself, where a move is followed by another; and for silence, where one follows."""
SILENCE: Final = ""
_FORM: Final = {"outcome": "done", "measure": "已现场处置"}


@dataclass(frozen=True, slots=True)
class Manner:
    """One way to behave. `follows`: move → what may come next, with weights; a move that is not in it is the last.

    `rest_s`: the least and the most seconds before a move. `opens`, `spoils`: how likely a whistle is opened when it is
    signed, and a report is said wrongly.
    """

    follows: Mapping[str, Mapping[str, float]]
    rest_s: tuple[float, float] = (0.0, 0.0)
    opens: float = 0.2
    spoils: float = 0.0

    def after(self, move: str, dice: random.Random) -> str:
        """The next move, or SILENCE."""
        choice = self.follows.get(move, {})
        return dice.choices(list(choice), list(choice.values()))[0] if choice else SILENCE

    def rest(self, dice: random.Random) -> float:
        """Seconds before the next move."""
        return dice.uniform(*self.rest_s) if self.rest_s[1] else 0.0


DEMO: Final = Manner({CALLED: {"sign": 1.0}, "sign": {"result": 0.6, "return": 0.05, SILENCE: 0.35}})
"""At once: signs; then most hand in a result, a few return the whistle, some stay silent."""
PLAYED: Final[tuple[Manner, ...]] = (
    Manner(
        {
            CALLED: {"sign": 1.0},
            "sign": {"contact": 0.8, "return": 0.2},
            "contact": {"arrive": 1.0},
            "arrive": {"handle": 0.5, "result": 0.5},
            "handle": {"result": 1.0},
        },
        rest_s=(0.1, 0.6),
    ),
    Manner(
        {CALLED: {"sign": 1.0}, "sign": {"arrive": 0.8, "return": 0.2}, "arrive": {"result": 1.0}},
        rest_s=(2.0, 5.0),
    ),
    Manner({CALLED: {"sign": 0.6, SILENCE: 0.4}, "sign": {"result": 0.7, SILENCE: 0.3}}, rest_s=(6.0, 14.0)),
)
"""The demo's departments: most of them well, some slowly, some badly. Each keeps its manner (`played`)."""
_TURNS: Final = (0, 0, 1, 0, 0, 2)


def played(departments: Iterable[str]) -> dict[str, Manner]:
    """Department → its manner in the demo."""
    return {name: PLAYED[_TURNS[n % len(_TURNS)]] for n, name in enumerate(sorted(departments))}


MANNERS: Final[Mapping[str, Manner]] = MappingProxyType(
    {
        "well": Manner(
            {
                CALLED: {"sign": 1.0},
                "sign": {"contact": 0.95, "return": 0.05},
                "contact": {"arrive": 1.0},
                "arrive": {"result": 1.0},
            },
            rest_s=(0.2, 1.0),
            opens=1.0,
        ),
        "slowly": Manner(
            {
                CALLED: {"sign": 0.9, SILENCE: 0.1},
                "sign": {"contact": 0.5, "arrive": 0.4, SILENCE: 0.1},
                "contact": {"arrive": 0.9, SILENCE: 0.1},
                "arrive": {"result": 0.9, SILENCE: 0.1},
            },
            rest_s=(5.0, 20.0),
            opens=0.5,
        ),
        "badly": Manner(
            {
                CALLED: {"sign": 0.5, "result": 0.2, "return": 0.1, SILENCE: 0.2},
                "sign": {"result": 0.3, "return": 0.3, "sign": 0.2, SILENCE: 0.2},
                "contact": {"result": 1.0},
                "return": {"return": 0.5, "result": 0.5},
            },
            rest_s=(0.0, 3.0),
            opens=0.1,
            spoils=0.3,
        ),
    }
)
"""By the names that `gridplus department simulate --manner` takes."""


def said(call: str, move: str, contract: Contract | None) -> dict[str, Any]:
    """The body of a report as the contract wants it; without one, as the contracts of the demo do. `call`: the id of
    the message that called."""
    message: dict[str, Any] = {"nonce": f"{call}-{move}", "move": move}
    if move == "return":
        reasons = contract.returns.reason_codes if contract else ()
        reason = reasons[0] if reasons else "NOT_MY_DUTY"
        return message | {"reason_code": reason, "note": "不属本单位职责，附现场照片编号。"}
    if move == "result":
        form = (filled(contract) if contract else None) or dict(_FORM)
        return message | {"note": "现场已处置。", "form": form}
    return message


def spoiled(message: Mapping[str, Any], dice: random.Random) -> dict[str, Any]:
    """The same, said wrongly: a move that there is not, a reason or a form of no contract, words without end, a field
    too many, another report's number."""
    call = str(message["nonce"]).partition("-")[0]
    wrong: dict[str, Any] = dice.choice(
        [
            {"move": "hop"},
            {"reason_code": "NO_TIME", "move": "return"},
            {"form": {"outcome": "perhaps"}},
            {"note": "长" * 3000},
            {"department": "another"},
            {"nonce": f"{call}-sign"},
        ]
    )
    return {**message, **wrong}
