"""A department's answer (报到): checked against its contract, stored, and told to every source that reported.

Called by the web worker for an authenticated principal, and by the reports worker for topics that each
belong to one department. `department` is always that principal, never a field of the message.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from hub import ids
from hub.access.vault import DataKey, Vault
from hub.errors import Refused
from hub.intake.validate import Validator
from hub.jsonform import canonical, dumps
from hub.model import Actor, Contract, Ending, Move, Reason, Report, Role, Whistle, WhistleId, WhistleState
from hub.pack import Pack
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger
from hub.run.ground.trouble import together
from hub.run.matters.deciding import check_code
from hub.run.matters.evidence import Evidence
from hub.run.matters.moving import Moving
from hub.run.matters.oncall import signed_on_call
from hub.run.matters.round import By, Round
from hub.store import evidence, incidents, keys, reports, steps, whistles
from hub.store.engine import Store
from hub.store.evidence import Flag, Piece
from hub.store.reports import NewReport
from hub.store.steps import Made
from hub.whistle.follow import ALONE, called_before, came_from, ending_of
from hub.whistle.lifecycle import DONE, UNSETTLED
from hub.whistle.reached import was_blown
from hub.whistle.returns import check_return
from hub.whistle.waits import check_wait

SEALED_AT: Final = "report.sealed"
_TURNING: Final = UNSETTLED | DONE
"""States that a matter gets or loses its lead by, or ends with."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a department sent about one whistle, not checked yet."""

    department: str
    whistle_id: str
    message: Mapping[str, Any]
    person: str = ""
    """The account of the department that did; "" where its software did."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The whistle as it stands after the report; `repeated` where the same report had come before."""

    whistle: Whistle
    repeated: bool


class Reporting:
    """Takes reports, any number in one transaction. One object serves all threads of a process."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        contracts: ContractBook,
        vault: Vault,
        moving: Moving,
        evidence: Evidence,
        ledger: Callable[[], Ledger],
        report_schema: Validator,
    ) -> None:
        """`ledger`: the audit chain of the thread that asks."""
        self._evidence = evidence
        self._store, self._pack, self._vault, self._moving = store, pack, vault, moving
        self._ledger, self._schema, self._contracts = ledger, report_schema, contracts
        self._forms: dict[str, Validator] = {}

    def take(
        self, department: str, whistle_id: str, message: Mapping[str, Any], now: datetime, *, person: str = ""
    ) -> Taken:
        """Stores one report of `department`, which `person` of it made; raises Refused (W101–W108, W114, W116–W120, W128,
        W129) and changes nothing then."""
        taken = together(lambda: self._alone(Sent(department, whistle_id, message, person), now))
        if isinstance(taken, Refused):
            raise taken
        return taken

    def _alone(self, sent: Sent, now: datetime) -> Taken | Refused:
        ledger = self._ledger()
        ledger.begin()
        with self._store.write() as conn:
            (taken,) = self.take_all(conn, [sent], ledger, now)
        ledger.committed()
        return taken

    def take_all(
        self, conn: Connection, sent: Sequence[Sent], ledger: Ledger, now: datetime
    ) -> list[Taken | Refused]:
        """The same of many, in their order, inside the caller's transaction: one that is refused stops no other.

        Raises Fenced where someone else moved one of the whistles meanwhile; nothing is written then.
        """
        standing = whistles.held(conn, [one.whistle_id for one in sent])
        batch = _Batch(conn, now, standing, reports.said_in(conn, map(_report_id, sent)))
        results = [one.whistle_id for one in sent if one.message.get("move") == Move.RESULT.value]
        batch.handed_in = evidence.of_whistles(conn, results)
        done = [self._attempt(batch, one) for one in sent]
        self._settle(batch)
        keys.add(conn, batch.keys)
        evidence.add_flags(conn, batch.doubts)
        changed = self._moving.write(conn, batch.round, ledger, now)
        self._moving.announce(conn, changed.values(), now)
        return done

    def _attempt(self, batch: "_Batch", sent: Sent) -> Taken | Refused:
        try:
            return self._take(batch, sent)
        except Refused as refused:
            return refused

    def _take(self, batch: "_Batch", sent: Sent) -> Taken:
        whistle = batch.standing.get(sent.whistle_id)
        if whistle is None or whistle.department != sent.department:  # not yours and not there look alike
            raise Refused("W103")
        report = self._parse(whistle, sent.message, batch.now)
        digest = self._digest(report)
        if batch.knows(report, digest) or signed_on_call(batch.conn, whistle, report.move):
            return Taken(whistle, repeated=True)
        self._check(batch, whistle, report, sent.message)
        doubts = self._doubts(batch, whistle, report) if report.move is Move.RESULT else []
        by = By(
            actor=Actor.DEPARTMENT,
            at=batch.now,
            account=whistle.department,
            reason_code=report.reason_code,
            person=sent.person,
        )
        reasons = (Reason(ALONE),) if report.alone else ()
        moved = batch.round.move(whistle, report.move, by, until=report.until, reasons=reasons)
        batch.took(NewReport(report, self._sealed(batch, report), digest), whistle, moved)
        batch.doubts += doubts
        return Taken(moved, repeated=False)

    def _parse(self, whistle: Whistle, message: Mapping[str, Any], now: datetime) -> Report:
        if isinstance(code := message.get("reason_code"), str):
            check_code(code)  # whatever the move: it stands in the history in clear
        for fault in self._schema.faults(message):
            raise Refused("W102", pointer=fault.pointer)
        return Report(
            id=ids.report_id(whistle.id, whistle.department, str(message["nonce"])),
            whistle_id=whistle.id,
            department=whistle.department,
            move=Move(message["move"]),
            reported_at=now,
            reason_code=message.get("reason_code", ""),
            note=message.get("note", ""),
            form=message.get("form"),
            until=_moment(message["until"]) if "until" in message else None,
            alone=message.get("alone", False),
        )

    def _check(self, batch: "_Batch", whistle: Whistle, report: Report, message: Mapping[str, Any]) -> None:
        contract = self._contracts.of(batch.conn, whistle.contract_id)
        if batch.was_moved_since(whistle, message.get("version", whistle.version)):
            raise Refused("W128", version=whistle.version)
        if report.alone and (
            report.move is not Move.RESULT or whistle.role is not Role.LEAD or not report.note
        ):
            raise Refused("W129")
        if report.move is Move.RETURN:
            check_return(report, whistle, contract.returns, self._pack.calendar, batch.before(whistle))
        if report.move in (Move.PAUSE, Move.ASK):
            rules = contract.pauses if report.move is Move.PAUSE else contract.extensions
            used = batch.times(whistle, report.move)
            check_wait(report, whistle, rules, used, self._pack.calendar, report.reported_at)
        if report.move is Move.RESULT:
            for fault in self._form(contract).faults(report.form or {}):
                raise Refused("W102", pointer=f"/form{fault.pointer}")

    def _doubts(self, batch: "_Batch", whistle: Whistle, report: Report) -> list[Flag]:
        pieces = batch.handed_in.get(whistle.id, [])
        return self._evidence.doubts(batch.conn, whistle, pieces, report.form, report.reported_at)

    def _form(self, contract: Contract) -> Validator:
        if contract.id not in self._forms:
            self._forms[contract.id] = Validator(dict(contract.form))
        return self._forms[contract.id]

    def _digest(self, report: Report) -> str:
        """Keyed, over what a repeat has to say again beside the move and its reason."""
        until = report.until.isoformat() if report.until else ""
        words = {"note": report.note, "form": report.form, "until": until, "alone": report.alone}
        return self._vault.fingerprint(canonical(words))

    def _sealed(self, batch: "_Batch", report: Report) -> bytes:
        """The report's words under a key of their own; a report without any needs none."""
        if not report.note and report.form is None:
            return b""
        key = self._vault.new_key(report.id)
        batch.keys.append(key)
        return self._vault.seal(key, SEALED_AT, dumps({"note": report.note, "form": report.form}).encode())

    def _settle(self, batch: "_Batch") -> None:
        """A matter closes once all that its contract waits for is done. An open one that has no lead at it any more
        waits at the desk; it waits no longer once it has one again."""
        if not batch.turned:
            return
        called = whistles.of_incidents(batch.conn, batch.turned)
        for incident in incidents.load(batch.conn, batch.turned).values():
            standing = [batch.round.as_it_stands(one) for one in called[incident.id]]
            self._moving.settle(batch.conn, batch.round, incident, standing, batch.now)


class _Batch:
    """The whistles of one transaction as they stand, and what was taken so far."""

    def __init__(
        self,
        conn: Connection,
        now: datetime,
        standing: dict[str, Whistle],
        said: dict[str, reports.Repeatable],
    ) -> None:
        """`said`: of the reports that come, those which were taken before."""
        self.conn, self.now, self.standing, self._said = conn, now, standing, said
        self.round = Round()
        self.keys: list[DataKey] = []
        self.handed_in: Mapping[str, list[Piece]] = {}
        """Whistle → evidence, of those whose result comes."""
        self.doubts: list[Flag] = []
        self.turned: set[str] = set()
        """Matters that may have got or lost their lead, or be done."""

    def knows(self, report: Report, digest: str) -> bool:
        """Whether it was taken before; raises Refused W108 where its number was another report's."""
        said = self._said.get(report.id)
        if said is not None and not said.fits(reports.Repeatable(report.move, report.reason_code, digest)):
            raise Refused("W108")
        return said is not None

    def was_moved_since(self, whistle: Whistle, seen: int) -> bool:
        """Whether anybody made a move since the whistle had this version. What its sources keep, and the matter that it is
        in, may have changed without one: its department is not told of each."""
        if seen >= whistle.version:
            return seen > whistle.version
        stored = steps.of_whistles(self.conn, [whistle.id]).get(whistle.id, [])
        return any(one.step.version > seen for one in (*stored, *self.round.made_by(whistle)))

    def before(self, whistle: Whistle) -> list[Whistle]:
        """Those that the whistle goes on for: its department was called by them in this matter, in one that it was merged
        from, or in one that was merged into this and where they ended as merged while it, or one of them, stood here."""
        merged = (one.id for one in incidents.merged_in(self.conn, whistle.incident_id))
        of = whistles.of_incidents(self.conn, {whistle.incident_id, *came_from(whistle), *merged})
        called = {matter: self._called_before(whistle, some) for matter, some in of.items()}
        known = [one for one, _ in called.pop(whistle.incident_id, ())]
        came = {matter for one in (whistle, *known) for matter in came_from(one)}
        for matter, some in sorted(called.items(), key=lambda each: _merged_at(each[1]), reverse=True):
            if matter in came or _merged_at(some) >= min(one.blown_at for one in (whistle, *known)):
                known += [one for one, _ in some]
        return known

    def _called_before(self, whistle: Whistle, some: Iterable[Whistle]) -> list[tuple[Whistle, list[Made]]]:
        """Those of one matter, each with its history; a result in another matter is none of this."""
        known = called_before([one for one in some if one.id != whistle.id], whistle.department)
        made = steps.of_whistles(self.conn, [one.id for one in known])
        told = [(one, made.get(one.id, [])) for one in known]
        return [(one, history) for one, history in told if was_blown(each.step for each in history)]

    def times(self, whistle: Whistle, move: Move) -> int:
        """How often its department had this move, in all rounds of the whistle and of those that it goes on for."""
        mine = {whistle.id, *(one.id for one in self.before(whistle))}
        stored = (one for made in steps.of_whistles(self.conn, mine).values() for one in made)
        here = (one for one in self.round.steps if one.step.whistle_id in mine)
        return sum(one.step.move is move for one in (*stored, *here))

    def took(self, new: NewReport, before: Whistle, after: Whistle) -> None:
        """The report led the whistle from `before` to `after`."""
        report = new.report
        self.standing[after.id] = after
        self.round.reports.append(new)
        self._said[report.id] = reports.Repeatable(report.move, report.reason_code, new.digest)
        if {before.state, after.state} & _TURNING:
            self.turned.add(after.incident_id)


def _merged_at(called: Iterable[tuple[Whistle, Sequence[Made]]]) -> datetime:
    """When the last of these ended as merged; before all time where none did."""
    ends = (
        history[-1].step.at
        for one, history in called
        if history and one.state is WhistleState.CANCELLED and ending_of(one) is Ending.MERGED
    )
    return max(ends, default=datetime.min.replace(tzinfo=UTC))


def _moment(text: str) -> datetime:
    """A moment with its zone. Raises Refused W102 for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise Refused("W102", pointer="/until")
        return moment.astimezone(UTC)
    except (
        ValueError,
        OverflowError,
    ):  # OverflowError: the first or last day of the calendar, with a zone beyond it
        raise Refused("W102", pointer="/until") from None


def _report_id(sent: Sent) -> str:
    """The same number of the same department about the same whistle is the same report."""
    return ids.report_id(WhistleId(sent.whistle_id), sent.department, str(sent.message.get("nonce")))


def parse_json(raw: bytes | str) -> Mapping[str, Any]:
    """A report's JSON object; raises Refused W102 for anything else."""
    try:
        message = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Refused("W102") from None
    if not isinstance(message, dict):
        raise Refused("W102")
    return message
