"""What stands of the last reconciliation, for `doctor`: when it was, and what it left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from hub.reconcile.result import Reconciled
from hub.store import facts
from hub.store.engine import Store

FACT: Final = "reconciled"


@dataclass(frozen=True, slots=True)
class Last:
    """When it was, and how many differences of each sort were left."""

    at: datetime
    left: Mapping[str, int]


def keep(store: Store, found: Reconciled) -> None:
    """The result stands as a fact from now on."""
    left: dict[str, int] = {}
    for one in found.differences:
        if one.left:
            left[one.kind.value] = left.get(one.kind.value, 0) + one.left
    with store.write() as conn:
        facts.put(conn, FACT, orjson.dumps({"at": found.at, "left": left}).decode())


def last_run(fact: str) -> Last:
    """What `keep` wrote."""
    said = orjson.loads(fact)
    return Last(datetime.fromisoformat(said["at"]), said["left"])
