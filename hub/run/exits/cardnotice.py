"""What a department is told of a card, or of what it has to answer for: references, which kind, which step, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.model import Incident, Whistle
from hub.store import cards, measures
from hub.store.cards import IssuedCard
from hub.store.measures import Asked

CARD: Final = "grid.card.v1"
_PREFIXES: Final = ("cd_", "sv_")


@dataclass(frozen=True, slots=True)
class CardNotice:
    """One card, or one measure, to tell one department. Its id is the CloudEvents id: it is told once, however often."""

    about: IssuedCard | Asked
    whistle: Whistle
    incident: Incident

    @property
    def id(self) -> str:
        """The card's or measure's own."""
        return self.about.id

    @property
    def kind(self) -> str:
        """The CloudEvents type."""
        return CARD

    @property
    def at(self) -> datetime:
        """When it was issued, or opened."""
        return self.about.issued_at if isinstance(self.about, IssuedCard) else self.about.opened_at

    def data(self) -> dict[str, object]:
        """What the message says beside whose whistle it is; nothing of the matter."""
        one = self.about
        if isinstance(one, IssuedCard):
            return {"id": one.id, "kind": one.card, "step": one.step, "due_at": one.calculation.counts_at}
        return {"id": one.id, "kind": one.kind, "step": "answer", "due_at": one.due_at}


def is_of_cards(message_id: str) -> bool:
    """Whether a message is word of a card or a measure."""
    return message_id.startswith(_PREFIXES)


def found(
    conn: Connection, ids: Iterable[str], whistles: Mapping[str, Whistle], matters: Mapping[str, Incident]
) -> dict[str, CardNotice]:
    """Message id → what is to be told, of those that are cards or measures."""
    wanted = [one for one in ids if is_of_cards(one)]
    stored: dict[str, IssuedCard | Asked] = {**cards.load(conn, wanted), **measures.load(conn, wanted)}
    return {
        id_: CardNotice(one, whistle, matters[whistle.incident_id])
        for id_, one in stored.items()
        if (whistle := whistles.get(one.whistle_id)) is not None
    }
