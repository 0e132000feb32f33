"""What everyone who reported a matter is told when a whistle of it moves: under their own number, in stages.

A source's plugin puts the stage into its own words (`Tells.tell`). Nobody is told that their report was a duplicate:
each member of a matter hears of the whole (domain.md 3.4).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub import ids
from hub.jsonform import dumps
from hub.model import DepartmentId, Event, Move, Stage
from hub.pack import Pack
from hub.plugin import Answer
from hub.store import events, incidents, whistles

STAGE: Final[Mapping[Move, Stage]] = {
    Move.SIGN: Stage.ACCEPTED,
    Move.CONTACT: Stage.IN_PROGRESS,
    Move.ARRIVE: Stage.IN_PROGRESS,
    Move.HANDLE: Stage.IN_PROGRESS,
    Move.PAUSE: Stage.SUSPENDED,
    Move.RESUME: Stage.IN_PROGRESS,
    Move.RETURN: Stage.RETURNED,
    Move.RESULT: Stage.DONE_BY_DEPT,
    Move.CHECK: Stage.CLOSED,
    Move.REWORK: Stage.REOPENED,
    Move.REOPEN: Stage.REOPENED,
}
"""Moves that matter to who reported, and the stage that each brings."""
_WORDS: Final[Mapping[Move, str]] = {
    Move.SIGN: "已由{department}签收",
    Move.CONTACT: "{department}已与现场联系",
    Move.ARRIVE: "{department}已到场处置",
    Move.HANDLE: "{department}正在处置",
    Move.PAUSE: "{department}因故暂缓处置，到期自动恢复",
    Move.RESUME: "{department}已恢复处置",
    Move.RETURN: "正在重新确定承办单位",
    Move.RESULT: "{department}已处置完毕，待核查",
    Move.CHECK: "{department}的处置已核查通过",
    Move.REWORK: "{department}的处置未达标，已要求重新办理",
    Move.REOPEN: "已要求{department}重新办理",
}
_MOST: Final = 50_000
"""Reports whose address is kept in memory: a few hundred bytes each."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where an answer about one report goes: its source, and its number there."""

    source: str
    key: str
    source_ref: str
    part: str

    @classmethod
    def of(cls, event: Event) -> "Addressee":
        """Who reported `event`."""
        return cls(event.source, event.key, event.source_ref, event.part)


@dataclass(frozen=True, slots=True)
class Said:
    """A move of a department's whistle that its matter's reporters are told of. The same `seed` is the same answer."""

    incident_id: str
    department: DepartmentId
    move: Move
    seed: str


class Answering:
    """Makes the answers of one process; where reports came from is remembered, since that never changes."""

    def __init__(self, pack: Pack, tellable: Callable[[], Mapping[str, bool]]) -> None:
        """`tellable`: source → whether its adapter can be told anything; asked when the first answer is made."""
        self._pack, self._tellable = pack, tellable
        self._known: dict[str, Addressee] = {}

    def tell(self, conn: Connection, said: Sequence[Said], now: datetime) -> None:
        """Queues an answer for every report of each matter; in the caller's transaction, behind its deliveries: who
        numbers both never waits for who numbers both."""
        heard = [one for one in said if one.move in STAGE]
        if not heard:
            return
        reports = self._addressees(conn, {one.incident_id for one in heard})
        new = [self.answer(report, one, now) for one in heard for report in reports.get(one.incident_id, ())]
        whistles.add_answers(conn, new, now)

    def answer(self, report: Addressee, said: Said, now: datetime) -> whistles.NewAnswer:
        """What the source of `report` is told; a source that cannot be told is marked so."""
        nonce = ids.digest_of("answer", said.seed, report.key)
        organisation = self._pack.organisations.get(said.department)
        answer = Answer(
            source_ref=report.source_ref,
            part=report.part,
            stage=STAGE[said.move],
            at=now,
            text=_WORDS[said.move].format(department=organisation.name if organisation else said.department),
            department=said.department,
            nonce=nonce,
        )
        return whistles.NewAnswer(
            id=nonce,
            source=report.source,
            event_key=report.key,
            body=dumps(answer),
            state="waiting" if self._tellable().get(report.source, False) else "cannot",
        )

    def _addressees(self, conn: Connection, ids_: Iterable[str]) -> dict[str, list[Addressee]]:
        """Incident → everyone who reported it, oldest link first."""
        joined = {
            incident: [one.link.event_id for one in links]
            for incident, links in incidents.links_of(conn, ids_).items()
        }
        known = self._known
        lacking = {id_ for some in joined.values() for id_ in some} - known.keys()
        found = {id_: Addressee.of(one.event) for id_, one in events.load(conn, lacking).items()}
        told = {
            incident: [one for id_ in some if (one := known.get(id_) or found.get(id_)) is not None]
            for incident, some in joined.items()
        }
        self._keep(found)
        return told

    def _keep(self, found: Mapping[str, Addressee]) -> None:
        """Threads of the web worker share this: what one forgets another loads again."""
        if len(self._known) + len(found) > _MOST:
            self._known = {}
        self._known.update(found)
