"""A department looks at its own cards (督办牌), under the grants of this moment.

Like an opened whistle: projected and audited in the transaction that reads; what cannot be audited is not shown.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from hub.access.exits import Exit
from hub.access.fields import split
from hub.access.planbook import PlanBook
from hub.clock import day_of
from hub.contract.wire import HANDLE
from hub.jsonform import plain
from hub.messages.text import Language
from hub.model import DepartmentId, Grant, Output
from hub.run.ledger import Ledger
from hub.run.looking import Look, audit_rows, shown
from hub.run.showing import scope_of
from hub.store import cards, incidents, whistles
from hub.store.cards import IssuedCard
from hub.store.engine import Store
from hub.whistle.calculation import Calculation, in_words

_CARD: Final = "card"


class Carded:
    """Lists cards for their departments."""

    def __init__(self, *, store: Store, grants: Iterable[Grant]) -> None:
        """No contract asks for cards: `grants` alone decide."""
        own = (one for one in grants if split(one.field)[0] == _CARD)
        self._store, self._book = store, PlanBook(own)

    def list(self, department: str, limit: int, *, ledger: Ledger, now: datetime) -> list[dict[str, Any]]:
        """The newest cards of `department` as it may see them now, newest first: of each what its grants of `card.*`
        give."""
        with self._store.write() as conn:
            found = cards.of_department(conn, department, limit)
            called = whistles.load(conn, {one.whistle_id for one in found})
            matters = incidents.load(conn, {one.incident_id for one in called.values()})
            own = [(one, whistle) for one in found if (whistle := called.get(one.whistle_id))]
            plan = self._book.plan(DepartmentId(department), HANDLE, Output.API, day_of(now))
            looks = [
                Look({_CARD: _view(one)}, plan, scope_of(matters[whistle.incident_id]), {_CARD: one.id})
                for one, whistle in own
            ]
            projected = shown(conn, looks, now)
            rows = [
                row
                for look, (one, whistle) in zip(projected, own, strict=True)
                for row in audit_rows(look, whistle, through=Exit.HTTP_CARD, at=now, rows=(one.id,))
            ]
            ledger.append(conn, rows, now)
        ledger.committed()
        told: list[dict[str, Any]] = [dict(look.as_json()) for look in projected]
        return [one.get(_CARD, {}) for one in told]


def _view(one: IssuedCard) -> dict[str, object]:
    return {
        "id": one.id,
        "card": one.card.value,
        "whistle_id": one.whistle_id,
        "step": one.step,
        "round": one.round,
        "rule": one.rule,
        "due_at": one.due_at,
        "issued_at": one.issued_at,
        "state": one.state.value,
        "calculation": _inputs(one.calculation),
        "words": {language.value: in_words(one.calculation, language) for language in Language},
    }


def _inputs(calculation: Calculation) -> dict[str, Any]:
    """All of it but the matter's id, which is a field of another data set."""
    inputs: dict[str, Any] = plain(calculation)
    inputs.pop("incident_id")
    return inputs
