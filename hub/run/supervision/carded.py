"""A department looks at its own cards (督办牌), under the grants of this moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hub.access.exits import Exit
from hub.access.whitelist import Whitelist
from hub.jsonform import plain
from hub.messages.text import Language
from hub.run.ground.ledger import Ledger
from hub.run.supervision.owned import Owned, Record, Shown
from hub.store import cards
from hub.store.cards import IssuedCard
from hub.store.engine import Store
from hub.whistle.calculation import Calculation, in_words


class Carded:
    """Lists cards for their departments."""

    def __init__(self, *, store: Store, whitelist: Whitelist) -> None:
        self._owned = Owned(store, "card", Exit.HTTP_CARD, whitelist)
        self._on_pages = Owned(store, "card", Exit.PAGE, whitelist)

    def list(self, department: str, limit: int, *, ledger: Ledger, now: datetime) -> Shown:
        """The newest cards of `department` as it may see them now, newest first: of each what its grants of `card.*`
        give."""

        def newest(conn: Connection) -> Sequence[Record]:
            found = cards.of_department(conn, department, limit)
            return [(one.id, one.whistle_id, _view(one)) for one in found]

        return self._owned.list(department, newest, ledger=ledger, now=now)

    def of_whistle(
        self, department: str, whistle_id: str, *, account: str, ledger: Ledger, now: datetime
    ) -> Shown:
        """The cards of one whistle of `department`, as they fell due, for `account` on a page."""

        def its(conn: Connection) -> Sequence[Record]:
            found = cards.of_whistles(conn, [whistle_id]).get(whistle_id, [])
            return [(one.id, one.whistle_id, _view(one)) for one in found if one.department == department]

        return self._on_pages.list(department, its, ledger=ledger, now=now, account=account)


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
