"""What everyone who reported a matter is told when it moves on: under their own number, in stages.

A source's plugin puts the stage into its own words (`Tells.tell`). Nobody is told that their report was a duplicate:
each member of a matter hears of the whole (domain.md 3.4).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub import ids
from hub.clock import SHANGHAI
from hub.jsonform import dumps
from hub.model import DepartmentId, Event, Handling, IncidentId, Mode, Move, Stage
from hub.pack import Pack
from hub.plugin import Answer
from hub.store import answers, events, incidents, whistles
from hub.whistle.stages import Happening, Word, words_of

_WORDS: Final[Mapping[tuple[Stage, Move | None], str]] = {
    (Stage.IN_PROGRESS, None): "该事项已由{department}办理，不再重复派单",
    (Stage.DONE_BY_DEPT, None): "{department}已办理完毕；如仍有问题，请再次反映",
    (Stage.CLOSED, None): "{department}已办理完毕，予以结案",
    (Stage.ACCEPTED, Move.SIGN): "已由{department}签收",
    (Stage.IN_PROGRESS, Move.SIGN): "{department}已签收",
    (Stage.IN_PROGRESS, Move.CONTACT): "{department}已与现场联系",
    (Stage.IN_PROGRESS, Move.ARRIVE): "{department}已到场处置",
    (Stage.IN_PROGRESS, Move.HANDLE): "{department}正在处置",
    (Stage.IN_PROGRESS, Move.PAUSE): "{department}因故暂缓处置，到期自动恢复",
    (Stage.IN_PROGRESS, Move.RESUME): "{department}已恢复处置",
    (Stage.IN_PROGRESS, Move.RESULT): "{department}已处置完毕，事项仍在办理",
    (Stage.IN_PROGRESS, Move.REWORK): "{department}的处置未达标，已要求重新办理",
    (Stage.IN_PROGRESS, Move.REOPEN): "已要求{department}重新办理",
    (Stage.SUSPENDED, Move.PAUSE): "{department}因故暂缓处置，到期自动恢复",
    (Stage.RETURNED, Move.RETURN): "正在重新确定承办单位",
    (Stage.DONE_BY_DEPT, Move.RESULT): "{department}已处置完毕，待核查",
    (Stage.CLOSED, Move.CHECK): "{department}的处置已核查通过",
    (Stage.CLOSED, Move.ARCHIVE): "{department}的处置已归档，予以结案",
    (Stage.REOPENED, Move.REWORK): "{department}的处置未达标，已要求重新办理",
    (Stage.REOPENED, Move.REOPEN): "已要求{department}重新办理",
    (Stage.REOPENED, Move.HANDLE): "经复核，{department}已处置的事项继续办理",
    (Stage.REOPENED, Move.BLOW): "经复核，与{department}已办结的事项不是同一事项，另行办理",
}
"""How each stage is put, by the move that brought it."""
_MOST: Final = 50_000
"""Reports whose address is kept in memory: a few hundred bytes each."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where an answer about one report goes: its source, and its number there."""

    source: str
    key: str
    source_ref: str
    part: str
    handling: Handling = Handling.CALL

    @classmethod
    def of(cls, event: Event) -> "Addressee":
        """Who reported `event`."""
        return cls(event.source, event.key, event.source_ref, event.part, event.handling)

    def says_so_itself(self, word: Word) -> bool:
        """Whether it is the channel that has the matter: what it does is no news to it."""
        return self.source == word.elsewhere and self.handling is Handling.ELSEWHERE


class Answering:
    """Makes the answers of one process; where reports came from is remembered, since that never changes."""

    def __init__(self, pack: Pack, tellable: Callable[[], Mapping[str, bool]]) -> None:
        """`tellable`: source → whether its adapter can be told anything; asked when the first answer is made."""
        self._pack, self._tellable = pack, tellable
        self._known: dict[str, Addressee] = {}

    def tell(
        self, conn: Connection, happened: Mapping[IncidentId, Sequence[Happening]], now: datetime
    ) -> None:
        """Queues answers for every report of each matter, by what happened to it; in the caller's transaction, behind
        its deliveries: who numbers both never waits for who numbers both."""
        if not happened:
            return
        leads = whistles.leads_of(conn, happened)
        words = {id_: said for id_, some in happened.items() if (said := words_of(some, leads.get(id_, ())))}
        reports = self._addressees(conn, words)
        new = [
            self.answer(report, word, link, now)
            for incident, said in words.items()
            for word in said
            for report, link in reports.get(incident, ())
            if not report.says_so_itself(word)
        ]
        answers.add(conn, new, now)

    def answer(self, report: Addressee, word: Word, link: int, now: datetime) -> answers.NewAnswer:
        """What the source of `report` is told, whose `link`-th link joins it to the matter; a source that cannot be told
        is marked so."""
        nonce = ids.answer_id(word.seed, report.key, link)
        answer = Answer(
            source_ref=report.source_ref,
            part=report.part,
            stage=word.stage,
            at=now,
            text=self._text(word),
            department=word.elsewhere or word.departments[-1],
            nonce=nonce,
        )
        return answers.NewAnswer(
            id=nonce,
            source=report.source,
            event_key=report.key,
            body=dumps(answer),
            state="waiting" if self._tellable().get(report.source, False) else "cannot",
        )

    def _name(self, department: DepartmentId) -> str:
        organisation = self._pack.organisations.get(department)
        return organisation.name if organisation else department

    def _text(self, word: Word) -> str:
        names = [self._title(word.elsewhere)] if word.elsewhere else map(self._name, word.departments)
        said = _WORDS[word.stage, word.move].format(department="、".join(names))
        if word.until is None:
            return said
        until = word.until.astimezone(SHANGHAI)
        return f"{said}，预计{until.month}月{until.day}日{until:%H:%M}结束"

    def _title(self, source: str) -> str:
        known = self._pack.sources.get(source)
        return known.title if known else source

    def _addressees(self, conn: Connection, ids_: Iterable[str]) -> dict[str, list[tuple[Addressee, int]]]:
        """Incident → everyone who reported it, each with the number of its link, oldest link first."""
        joined = incidents.links_of(conn, ids_)
        known = self._known
        lacking = {one.link.event_id for some in joined.values() for one in some} - known.keys()
        found = {id_: Addressee.of(one) for id_, one in _live(conn, lacking).items()}
        told = {
            incident: [
                (one, each.seq)
                for each in links
                if (one := known.get(each.link.event_id) or found.get(each.link.event_id)) is not None
            ]
            for incident, links in joined.items()
        }
        self._keep(found)
        return told

    def _keep(self, found: Mapping[str, Addressee]) -> None:
        """Threads of the web worker share this: what one forgets another loads again."""
        if len(self._known) + len(found) > _MOST:
            self._known = {}
        self._known.update(found)


def _live(conn: Connection, ids_: Iterable[str]) -> dict[str, Event]:
    """Of the revisions that reports were joined by, those whose source is answered: what only back-fills told of starts
    nothing, and its requester was told long ago (N78). One that goes on live is answered from then on."""
    loaded = {id_: one.event for id_, one in events.load(conn, ids_).items()}
    history = {id_: one for id_, one in loaded.items() if one.mode is Mode.BACKFILL}
    newest = incidents.latest_events(conn, (one.key for one in history.values())) if history else {}
    alive = events.load(conn, newest.values()) if newest else {}
    still = {one.event.key for one in alive.values() if one.event.mode is Mode.BACKFILL}
    return {id_: one for id_, one in loaded.items() if id_ not in history or one.key not in still}
