"""A department's answer (报到): checked against its contract, stored, and told to every source that reported.

Called by the web worker for an authenticated principal, and by the reports worker for a topic that
belongs to one department. `department` is always that principal, never a field of the message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from hub import ids
from hub.access.vault import Vault
from hub.errors import Refused
from hub.intake.validate import Validator
from hub.jsonform import dumps
from hub.model import (
    Actor,
    Contract,
    Event,
    IncidentState,
    Move,
    Report,
    Stage,
    Whistle,
    WhistleState,
)
from hub.pack import Pack
from hub.plugin import Answer
from hub.run.announcing import as_closed, tell_incidents
from hub.run.contractbook import ContractBook
from hub.run.desk import RETURNED, Desk
from hub.run.expecting import expect
from hub.store import events, incidents, keys, steps, whistles
from hub.store.engine import Store
from hub.store.outbox import Outbox
from hub.store.steps import Made
from hub.whistle.follow import is_done, is_led
from hub.whistle.lifecycle import UNSETTLED, advance
from hub.whistle.returns import check_return

SEALED_AT: Final = "report.sealed"
_TURNING: Final = UNSETTLED | {WhistleState.RESULT}
"""States that a matter gets or loses its lead by."""
_STAGE: Final[Mapping[Move, Stage]] = {
    Move.SIGN: Stage.ACCEPTED,
    Move.CONTACT: Stage.IN_PROGRESS,
    Move.ARRIVE: Stage.IN_PROGRESS,
    Move.RETURN: Stage.RETURNED,
    Move.RESULT: Stage.DONE_BY_DEPT,
}
_WORDS: Final[Mapping[Move, str]] = {
    Move.SIGN: "已由{department}签收",
    Move.CONTACT: "{department}已与现场联系",
    Move.ARRIVE: "{department}已到场处置",
    Move.RETURN: "正在重新确定承办单位",
    Move.RESULT: "{department}已处置完毕，待核查",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """The whistle as it stands after the report; `repeated` where the same report had come before."""

    whistle: Whistle
    repeated: bool


class Reporting:
    """Takes reports, one transaction each."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        contracts: ContractBook,
        vault: Vault,
        outbox: Outbox,
        report_schema: Validator,
        tellable: Mapping[str, bool],
    ) -> None:
        """`tellable`: source → whether its adapter can be told anything."""
        self._store, self._pack, self._vault, self._outbox = store, pack, vault, outbox
        self._desk = Desk(pack)
        self._schema, self._tellable = report_schema, tellable
        self._contracts = contracts
        self._forms: dict[str, Validator] = {}

    def take(self, department: str, whistle_id: str, message: Mapping[str, Any], now: datetime) -> Taken:
        """Stores one report of `department`; raises Refused (W101–W108, W120) and changes nothing then."""
        with self._store.write() as conn:
            return self.take_in(conn, department, whistle_id, message, now)

    def take_in(
        self, conn: Connection, department: str, whistle_id: str, message: Mapping[str, Any], now: datetime
    ) -> Taken:
        """The same inside the caller's transaction."""
        whistle = self._whistle(conn, department, whistle_id)
        report = self._parse(department, whistle, message, now)
        contract = self._contracts.of(conn, whistle.contract_id)
        if self._is_known(conn, report):
            return Taken(whistle, repeated=True)
        self._check(whistle, contract, report)
        moved, step = advance(whistle, report.move, now, actor=Actor.DEPARTMENT)
        key = self._vault.new_key(report.id)
        keys.add(conn, [key])
        sealed = self._vault.seal(key, SEALED_AT, dumps({"note": report.note, "form": report.form}).encode())
        whistles.add_report(conn, report, sealed)
        whistles.change(conn, moved)
        steps.add(conn, [Made(step, department, report.reason_code)])
        expect(conn, self._pack, [moved])
        self._follow_up(conn, whistle, moved, now)
        self._answer(conn, moved, report, now)
        return Taken(moved, repeated=False)

    def _parse(self, department: str, whistle: Whistle, message: Mapping[str, Any], now: datetime) -> Report:
        for fault in self._schema.faults(message):
            raise Refused("W102", pointer=fault.pointer)
        return Report(
            id=ids.report_id(whistle.id, department, message["nonce"]),
            whistle_id=whistle.id,
            department=whistle.department,
            move=Move(message["move"]),
            reported_at=now,
            reason_code=message.get("reason_code", ""),
            note=message.get("note", ""),
            form=message.get("form"),
        )

    @staticmethod
    def _whistle(conn: Connection, department: str, whistle_id: str) -> Whistle:
        """The department's own whistle, its matter locked. Raises Refused W103, Fenced where it was merged just now."""
        found = whistles.held(conn, whistle_id)
        if found is None or found.department != department:  # not yours and not there look alike
            raise Refused("W103")
        return found

    @staticmethod
    def _is_known(conn: Connection, report: Report) -> bool:
        """Whether it was taken before; raises Refused W108 where its number was another report's."""
        said = whistles.said_in(conn, report.id)
        if said is not None and said != (report.move, report.reason_code):
            raise Refused("W108")
        return said is not None

    def _check(self, whistle: Whistle, contract: Contract, report: Report) -> None:
        if report.move is Move.RETURN:
            check_return(report, whistle, contract.returns, self._pack.calendar)
        if report.move is Move.RESULT:
            for fault in self._form(contract).faults(report.form or {}):
                raise Refused("W102", pointer=f"/form{fault.pointer}")

    def _form(self, contract: Contract) -> Validator:
        if contract.id not in self._forms:
            self._forms[contract.id] = Validator(dict(contract.form))
        return self._forms[contract.id]

    def _follow_up(self, conn: Connection, before: Whistle, moved: Whistle, now: datetime) -> None:
        """A matter closes once all its leads have handed in a result. An open one that has no lead at it any more waits
        at the desk; it waits no longer once it has one again."""
        if not {before.state, moved.state} & _TURNING:
            return
        called = whistles.of_incidents(conn, [moved.incident_id])[moved.incident_id]
        incident = incidents.load(conn, [moved.incident_id])[moved.incident_id]
        if is_led(called):
            self._desk.release(conn, [incident.id], now)
        elif incident.state is not IncidentState.OPEN:
            return
        elif is_done(called):
            over = as_closed(incident, now)
            incidents.change(conn, [over])
            self._desk.release(conn, [over.id], now)
            tell_incidents(conn, self._outbox, self._pack.district, [over], now)
        else:
            self._desk.wait(conn, [(incident.id, RETURNED)], now)

    def _answer(self, conn: Connection, whistle: Whistle, report: Report, now: datetime) -> None:
        """Every linked report is answered under its own number; a source that cannot be told is marked so."""
        if report.move not in _STAGE:
            return
        links = incidents.links_of(conn, [whistle.incident_id]).get(whistle.incident_id, [])
        stored = events.load(conn, (one.link.event_id for one in links))
        organisation = self._pack.organisations.get(whistle.department)
        name = organisation.name if organisation else whistle.department
        new = [
            answer_to(one.event, report.move, name, seed=report.id, tellable=self._tellable, now=now)
            for one in stored.values()
        ]
        whistles.add_answers(conn, new, now)


def answer_to(
    event: Event, move: Move, department: str, *, seed: str, tellable: Mapping[str, bool], now: datetime
) -> whistles.NewAnswer:
    """What the source of `event` is told, under its own number, of a `move` that `department` made.

    The same `seed` gives the same answer; a source that cannot be told is marked so.
    """
    nonce = ids.digest_of("answer", seed, event.key)
    answer = Answer(
        source_ref=event.source_ref,
        part=event.part,
        stage=_STAGE[move],
        at=now,
        text=_WORDS[move].format(department=department),
        department=department,
        nonce=nonce,
    )
    return whistles.NewAnswer(
        id=nonce,
        source=event.source,
        event_key=event.key,
        body=dumps(answer),
        state="waiting" if tellable.get(event.source, False) else "cannot",
    )


def parse_json(raw: bytes | str) -> Mapping[str, Any]:
    """A report's JSON object; raises Refused W102 for anything else."""
    try:
        message = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Refused("W102") from None
    if not isinstance(message, dict):
        raise Refused("W102")
    return message
