"""Those who live with a hub in the drill of lives: departments that lead whistles through their lives, a post that marks
what they did, and a centre that decides about what they hand back.

Which life a whistle has, the number of its matter says. All of them look at how things stand, and do again what does not
stand yet; a department keeps its own number of each report.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx

from hub.demo.manners import said
from hub.errors import TryLater
from hub.model import WhistleState
from hub.run.assembly import Assembly
from hub.store import principals
from hub.store.moments import from_us, to_us
from hub.whistle.lifecycle import DONE, OVER, UNSETTLED
from tests.drills import packs
from tests.drills.called import LEAD, SILENT, Called
from tests.drills.lines import matter_of

SUBSTITUTE: Final = "shuiwu"
"""Whom the centre designates where the lead was right to hand a matter back."""
REPORTS: Final = 5
"""Of each matter: three that are read, one that is pushed, one of the source that nobody can tell anything."""
KINDS: Final = 4
_WHOLE: Final = ("sign", "contact", "arrive", "result")
_IS_RIGHT: Final = ("sign", "return")
_IS_WRONG: Final = ("sign", "return", "sign", "arrive", "result")
_NEVER_DONE: Final = ("sign", "contact")
_OF_LEAD: Final = (_WHOLE, _IS_RIGHT, _WHOLE, _NEVER_DONE)
_OF_OTHERS: Final = (_WHOLE, _WHOLE, _IS_WRONG, _NEVER_DONE)
"""By the kind of matter."""
_CENTRE: Final = "the-centre-s-own-key"
_POST: Final = "the-post-s-own-key"
_DONE_AFTER: Final = timedelta(minutes=packs.LAST_CARD.value + 10)
"""After its call a matter may end: the silent department has its cards by then."""
_WAITING: Final = {
    "answers not told": "SELECT count(*) FROM answer WHERE state = 'waiting'",
    "cards not looked at": "SELECT count(*) FROM card_due WHERE at_us <= {now_us}",
    "clocks not looked at": "SELECT count(*) FROM whistle WHERE due_us < {now_us}",
}
_A_TIME: Final = 8
"""Requests a look: the drill must not be late for its next kill."""


def script(department: str, kind: int) -> Sequence[str]:
    """What a department reports of a whistle, in this order, unless the whistle ends before."""
    if department == SILENT:
        return ()
    if department == SUBSTITUTE:
        return _WHOLE
    return (_OF_LEAD if department == LEAD else _OF_OTHERS)[kind]


@dataclass(frozen=True, slots=True)
class Stand:
    """How one whistle stands."""

    id: str
    incident: str
    department: str
    state: WhistleState
    version: int
    blown_us: int
    reported: int
    """Moves that its department has made."""
    marked: int
    matter: int
    reports: int
    """How many who report its matter are linked by now."""

    @property
    def kind(self) -> int:
        """Which life it has."""
        return self.matter % KINDS

    def next_move(self) -> str:
        """What its department reports next; "" where there is nothing more, or the centre's word is waited for."""
        rest = script(self.department, self.kind)[self.reported :]
        return rest[0] if rest and self.state not in OVER | UNSETTLED else ""


class Lives(Called):
    """All of them."""

    def __init__(self, hub: Assembly, url: str, pushes: list[bytes]) -> None:
        super().__init__(hub, url, pushes)
        self._expects: Final = len(pushes)
        self.said: dict[str, list[str]] = {}
        """Whistle → the moves that its department sent, without repeats, in order."""
        self.accepted: set[tuple[str, int]] = set()
        """(whistle, number of the report) of what the hub said that it took."""
        self._busy = 0
        with hub.store.write() as conn:
            for who, key in {
                principals.Principal("centre", "drill"): _CENTRE,
                principals.Principal("post", f"district:{hub.pack.district}"): _POST,
            }.items():
                principals.register(conn, who, key, hub.clock.now())

    def act(self) -> None:
        """Pushes, reports, decides and marks: a little of each."""
        self._push_one()
        self._busy = 0
        stands = self.stands()
        for one in stands:
            if move := one.next_move():
                if self._may(one, move, stands):
                    self._report(one, move)
            else:
                self._decide(one, stands)

    def is_through(self) -> bool:
        """Whether every whistle has had its life."""
        return super().is_through() and not any(self.left().values())

    def left(self) -> dict[str, int]:
        """Lives that are not over, by why; and what has to be told and looked at."""
        stands, now = self.stands(), self._hub.clock.now()
        whole = {one.incident for one in stands if one.reports == REPORTS}
        early = [one for one in stands if now - from_us(one.blown_us) <= _DONE_AFTER]
        with self._hub.store.read() as conn:
            waiting = {
                name: conn.exec_driver_sql(query.format(now_us=to_us(now))).scalar_one()
                for name, query in _WAITING.items()
            }
        return {
            **super().left(),
            **waiting,
            "matters not whole": self._expects - len(whole),
            "lives not over": sum(not self._is_over(one, stands) for one in stands),
            "whistles that may earn a card": len(early),
        }

    def stands(self) -> list[Stand]:
        """Every whistle, oldest first."""
        with self._hub.store.read() as conn:
            links = conn.exec_driver_sql(
                "SELECT l.incident_id AS incident, a.ref FROM alias a JOIN link l ON l.event_key = a.key "
                "WHERE l.undone_us IS NULL"
            ).all()
            rows = conn.exec_driver_sql(
                "SELECT w.id, w.incident_id, w.department, w.state, w.version, w.blown_us, "
                "(SELECT count(*) FROM step s WHERE s.whistle_id = w.id AND s.actor = 'department') AS reported, "
                "(SELECT count(*) FROM step s WHERE s.whistle_id = w.id AND s.move = 'evaluate') AS marked "
                "FROM whistle w ORDER BY w.blown_us, w.id"
            ).all()
        refs: dict[str, list[str]] = {}
        for incident, ref in links:
            refs.setdefault(incident, []).append(ref)
        return [
            Stand(
                id=r.id,
                incident=r.incident_id,
                department=r.department,
                state=WhistleState(r.state),
                version=r.version,
                blown_us=r.blown_us,
                reported=r.reported,
                marked=r.marked,
                matter=int(matter_of(refs[r.incident_id][0])[1:]),
                reports=len(refs[r.incident_id]),
            )
            for r in rows
        ]

    # -- departments ---------------------------------------------------------------------------------

    def _may(self, one: Stand, move: str, stands: Sequence[Stand]) -> bool:
        """Of every second matter departments report while others are still heard of it; none ends before all are.

        Most leads wait for those who assist; every third one does not, so that some are called off on their way."""
        if one.reports < REPORTS and (move == "result" or one.matter % 2 == 0):
            return False
        if move != "result" or one.department not in (LEAD, SUBSTITUTE):
            return True
        assist = [other for other in stands if other.incident == one.incident and other.id != one.id]
        is_patient = one.matter % 3 != 0
        waits = is_patient and any(other.next_move() or other.state in UNSETTLED for other in assist)
        return not waits and self._hub.clock.now() - from_us(one.blown_us) > _DONE_AFTER

    def _report(self, one: Stand, move: str) -> None:
        number = one.reported
        report = said(f"{number}", move, None)
        sent = self.said.setdefault(one.id, [])
        if one.department == LEAD:
            if len(sent) == number:
                sent.append(move)
            if self._asked() and self._post(f"/departments/me/whistles/{one.id}/reports", json=report):
                self.accepted.add((one.id, number))
        elif len(sent) == number:  # the bus keeps it; some say it twice
            with suppress(TryLater):
                for _ in range(1 + one.matter % 2):
                    self._say(one.id, one.department, report)
                sent.append(move)

    def _asked(self) -> bool:
        """Whether there is time for one more request at this look."""
        self._busy += 1
        return self._busy <= _A_TIME

    # -- centre and post -----------------------------------------------------------------------------

    def _decide(self, one: Stand, stands: Sequence[Stand]) -> None:
        """The centre relieves the lead and designates another; whoever assists has to stay. Some results are checked,
        most are marked."""
        path = f"/centre/whistles/{one.id}/decisions"
        if one.state in UNSETTLED:
            move = "uphold" if one.department == LEAD else "dismiss"
            self._ask(_CENTRE, path, {"move": move, "reason_code": "DUTY_LIST", "version": one.version})
        elif one.state is WhistleState.REASSIGNED and not _has_a_substitute(one, stands):
            said_ = {"department": SUBSTITUTE, "reason_code": "OWN_DUTY"}
            self._ask(_CENTRE, f"/centre/matters/{one.incident}/designations", said_)
        elif one.state is WhistleState.RESULT and one.department == LEAD and one.matter % (2 * KINDS) == 0:
            self._ask(_CENTRE, path, {"move": "check", "version": one.version})
        elif one.state in DONE and one.department in (LEAD, SUBSTITUTE) and not one.marked:
            marks = {"whistle_id": one.id, "response": 90, "resolve": 85, "satisfy": 90}
            self._ask(_POST, "/posts/me/marks", {"marks": [marks]})

    def _ask(self, key: str, path: str, body: Mapping[str, Any]) -> None:
        """What came of it, the next look shows: an answer may be lost, or somebody may have been faster."""
        if not self._asked():
            return
        with suppress(httpx.HTTPError):
            answer = self._http.post(self._url + path, json=body, headers={"authorization": f"Bearer {key}"})
            assert answer.is_success or answer.status_code in (409, 422) or answer.status_code >= 500, path

    @staticmethod
    def _is_over(one: Stand, stands: Sequence[Stand]) -> bool:
        """Whether nothing more comes of it."""
        if one.state is WhistleState.REASSIGNED:
            return _has_a_substitute(one, stands)
        if one.state is WhistleState.ARCHIVED:
            return one.marked > 0 or one.department not in (LEAD, SUBSTITUTE)
        is_never_done = one.kind == KINDS - 1 and one.reported == len(script(one.department, one.kind))
        return is_never_done or one.state is WhistleState.CANCELLED


def _has_a_substitute(one: Stand, stands: Sequence[Stand]) -> bool:
    return any(other.incident == one.incident and other.department == SUBSTITUTE for other in stands)
