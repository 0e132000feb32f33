"""Whatever is done with a matter, its reports and its whistles, no deadline of a department in it moves later, and nobody
hands it back more often than once: not by an edit, a withdrawal, a merge or its undoing, a return, a designation
(domain.md 3.4, N12, N40). What falls due while people keep a department away is due anew."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.errors import Refused
from hub.model import Code, Draft, Move, Stage, Urgency, Whistle, WhistleId
from hub.run.matters.deciding import Deciding
from hub.store import incidents
from hub.store import steps as histories
from hub.store import whistles as stored
from hub.whistle.follow import is_brought
from hub.whistle.lifecycle import OVER, UNBLOWN, Step, is_above
from hub.whistle.reached import SOURCE, is_done
from tests.instruments import HubInHand
from tests.unit.run.matters import link, matter, part, report
from tests.unit.run.sources import pipe
from tests.unit.run.test_moving_on import tell
from tests.unit.run.test_relinking import far

LAMP: Final = Code("hl-2024", "010202")
KEPT_AWAY: Final = ("reassigned", "merged", "unlinked")
Key = tuple[str, str]
"""(matter, department)."""


@dataclass(slots=True)
class Case:
    """Two matters that call the same departments, half an hour apart."""

    hub: HubInHand
    drafts: dict[str, Draft] = field(default_factory=dict)
    matters: dict[str, str] = field(default_factory=dict)
    bounds: dict[Key, dict[str, datetime]] = field(default_factory=dict)
    """When each step that is open was due, as it was seen last."""
    guests: dict[WhistleId, dict[str, datetime]] = field(default_factory=dict)
    """The same by whistle, of those that are in a matter by a merge."""
    stood_in: dict[WhistleId, set[str]] = field(default_factory=dict)
    version: int = 1

    def begin(self) -> None:
        """Both are reported."""
        for name, make in (("A", pipe(self.hub, "A1")), ("B", far(self.hub))):
            now = self.hub.clock.now()
            self.drafts[name] = replace(make, reported_at=now, occurred_at=now)
            tell(self.hub, self.drafts[name])
            self.matters[name] = matter(self.hub, make.source_ref)
            self.look()
            self.hub.clock.pause(1800)

    def say(self, name: str, **changes: object) -> None:
        """The source sends one of the reports once more."""
        self.version += 1
        draft = replace(self.drafts[name], version=str(self.version), **changes)  # type: ignore[arg-type]
        tell(self.hub, draft)

    def join(self, source: str, target: str) -> None:
        """What both have open is due in the one that stays when it was due in either."""
        before = {
            one.department: self.bounds[one.incident_id, one.department].copy()
            for one, _ in self.open()
            if one.incident_id == self.matters[source] and not is_brought(one)
        }
        link(self.hub, self.matters[source], self.matters[target])
        for one, steps in self.open():
            if one.incident_id == self.matters[target] and not is_brought(one):
                was = before.get(one.department, {})
                assert all(now <= was.get(step, now) for step, now in open_steps(one, steps))

    def decide(self, name: str, move: Move | None) -> None:
        """The centre decides about zilai's return, or (None) designates it."""
        known = [one for one, _ in self.open() if one.incident_id == self.matters[name]]
        dispatch, now = self.hub.hub.dispatch("centre"), self.hub.clock.now()
        with self.hub.hub.store.write() as conn:
            deciding = Deciding(conn, dispatch, self.hub.hub.pack, by="zhongxin01", at=now)
            if move is None:
                deciding.designate(self.matters[name], "zilai", "NOBODY_ELSE")
                return
            for one in known:
                if one.department == "zilai":
                    deciding.decide(one.id, move)

    def upgrade(self, name: str) -> None:
        """The centre raises a matter."""
        dispatch, now = self.hub.hub.dispatch("centre"), self.hub.clock.now()
        with self.hub.hub.store.write() as conn:
            Deciding(conn, dispatch, self.hub.hub.pack, by="zhongxin01", at=now).upgrade(self.matters[name])

    def all(self) -> Iterator[tuple[Whistle, list[Step]]]:
        """Every whistle with its history."""
        with self.hub.hub.store.read() as conn:
            known = [
                one for some in stored.of_incidents(conn, self.matters.values()).values() for one in some
            ]
            made = histories.of_whistles(conn, [one.id for one in known])
        return ((one, [each.step for each in made.get(one.id, [])]) for one in known)

    def open(self) -> list[tuple[Whistle, list[Step]]]:
        """Those by which a department is called now."""
        return [(one, steps) for one, steps in self.all() if one.state not in OVER | UNBLOWN]

    def look(self) -> None:
        """Nothing that is open is due later than it was, but for what fell due while people kept the department away; and
        nobody is at a matter at a level below its own."""
        with self.hub.hub.store.read() as conn:
            levels = {id_: one.level for id_, one in incidents.load(conn, self.matters.values()).items()}
        for one, _ in self.open():
            assert not is_above(levels[one.incident_id], one.level), (one.incident_id, one.department)
        for one, steps in self.all():
            if one.id not in self.stood_in:
                self.come_back(one)
            stood = self.stood_in.setdefault(one.id, set())
            stood.add(one.incident_id)
            for due in one.deadlines:
                if one.state not in OVER and is_done(one, steps, due.step):
                    for where in stood:
                        self.bounds.get((where, one.department), {}).pop(due.step, None)
        for one, steps in self.open():
            key = (one.incident_id, one.department)
            was = self.guests.setdefault(one.id, {}) if is_brought(one) else self.bounds.setdefault(key, {})
            for step, now in open_steps(one, steps):
                assert now <= was.get(step, now), (key, step)
                was[step] = now

    def returns(self) -> list[int]:
        """How often each department handed each matter back, by all whistles that are of it."""
        counted: dict[Key, int] = {}
        for one, _ in self.all():
            if not is_brought(one):
                key = (one.incident_id, one.department)
                counted[key] = counted.get(key, 0) + one.returns
        return list(counted.values())

    def come_back(self, one: Whistle) -> None:
        """`one` was blown since the last look."""
        key = (one.incident_id, one.department)
        before = [w for w, _ in self.all() if (w.incident_id, w.department) == key and w.id in self.stood_in]
        if any(w.state in OVER and w.reasons[-1].rule in KEPT_AWAY for w in before):
            was = self.bounds.get(key, {})
            self.bounds[key] = {step: at for step, at in was.items() if at >= one.blown_at}


def open_steps(one: Whistle, steps: list[Step]) -> list[tuple[str, datetime]]:
    """Each step that is open, and when it is due; but for the source's own."""
    return [
        (due.step, due.due_at)
        for due in one.deadlines
        if due.step != SOURCE and not is_done(one, steps, due.step)
    ]


DEEDS: Final[dict[str, Callable[[Case], None]]] = {
    "A is something else": lambda case: case.say("A", category=LAMP),
    "A is what it was": lambda case: case.say("A"),
    "A is an emergency": lambda case: case.say("A", urgency=Urgency.CRITICAL),
    "A lies elsewhere": lambda case: case.say("A", position=pipe(case.hub, "A1", 3).position),
    "A is withdrawn": lambda case: case.say("A", stage=Stage.CANCELLED),
    "B is something else": lambda case: case.say("B", category=LAMP),
    "B is an emergency": lambda case: case.say("B", urgency=Urgency.CRITICAL),
    "B is what it was": lambda case: case.say("B"),
    "A into B": lambda case: case.join("A", "B"),
    "B into A": lambda case: case.join("B", "A"),
    "A out of B": lambda case: part(case.hub, case.matters["A"], case.matters["B"]),
    "B out of A": lambda case: part(case.hub, case.matters["B"], case.matters["A"]),
    "zilai signs": lambda case: report(case.hub, "zilai", "sign"),
    "zilai returns": lambda case: report(case.hub, "zilai", "return"),
    "shizheng returns": lambda case: report(case.hub, "shizheng", "return"),
    "A is zilai's after all": lambda case: case.decide("A", Move.DISMISS),
    "B is not zilai's": lambda case: case.decide("B", Move.UPHOLD),
    "A is given to zilai": lambda case: case.decide("A", None),
    "B is given to zilai": lambda case: case.decide("B", None),
    "B is raised": lambda case: case.upgrade("B"),
}
EDITED: Final = ("A is something else", "A is what it was", "A is withdrawn", "A is what it was")
MERGED: Final = ("A into B", "A out of B", "B into A", "zilai signs", "B out of A", "A into B")
RAISED: Final = ("B is raised", "A is an emergency", "B into A", "A is what it was", "B out of A", "A into B")
RETURNED: Final = ("B is something else", "B is given to zilai", "zilai returns", "B is not zilai's")


BOUNCED: Final = (
    *(
        "A is an emergency",
        "A is something else",
        "A is an emergency",
        "zilai returns",
        "A is something else",
    ),
    *("A is an emergency", "zilai returns", "shizheng returns", "A lies elsewhere", "A is what it was"),
)


@pytest.mark.nasty("N12", "N40")
@settings(max_examples=12)
@given(st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(1, 90)), min_size=4, max_size=9))
@example([(one, 10) for one in EDITED])
@example([(one, 10) for one in MERGED])
@example([(one, 10) for one in RETURNED])
@example([(one, 40) for one in RETURNED])
@example([(one, 40) for one in MERGED])
@example([(one, 1) for one in BOUNCED])
@example([(one, 10) for one in RAISED])
@example(
    [(one, 10) for one in ("A into B", *EDITED, "B is something else", "A out of B", "B is what it was")]
)
def test_nothing_that_is_done_with_a_matter_moves_a_deadline_later(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, int]]
) -> None:
    place: Path = tmp_path_factory.mktemp("hub")
    hub = HubInHand(place)
    try:
        case = Case(hub)
        case.begin()
        for deed, minutes in deeds:
            hub.clock.pause(minutes * 60)
            try:
                DEEDS[deed](case)
            except Refused:  # what cannot be done changes nothing
                continue
            except IndexError:  # no whistle of zilai's that could be signed
                continue
            case.look()
            assert max(case.returns()) <= 1  # what every contract of theirs allows
        assert 0 == hub.account()["fates"]["held"]
    finally:
        hub.close()
