"""Whatever is done with matters, their reports and their whistles: the last word that each reporter heard fits how their
matter stands (domain.md 3.4, N12, N81)."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.errors import Refused
from hub.model import Code, Draft, IncidentState, Move, Satisfaction, Stage
from hub.run.matters.deciding import Deciding
from tests.instruments import HubInHand
from tests.unit.run.matters import DONE, is_sound, keys_of, link, matter, part, unlink
from tests.unit.run.sources import pipe
from tests.unit.run.test_answering import against_zilai, heard
from tests.unit.run.test_moving_on import tell
from tests.unit.run.test_relinking import far

LAMP: Final = Code("hl-2024", "010202")
ENDS: Final = {Stage.DONE_BY_DEPT, Stage.CLOSED}
FITS: Final[Mapping[str, set[Stage]]] = {
    IncidentState.OPEN: set(Stage) - ENDS,
    IncidentState.CLOSED: {Stage.DONE_BY_DEPT},
    IncidentState.VERIFIED: {Stage.CLOSED},
}
"""State of a matter → the words that whoever reported it may have heard last."""


@dataclass(slots=True)
class Case:
    """Two matters that call the same departments: A1 and A2 reported the one, B1 the other."""

    hub: HubInHand
    drafts: dict[str, Draft] = field(default_factory=dict)
    matters: dict[str, str] = field(default_factory=dict)
    version: int = 1

    def begin(self) -> None:
        """All is reported."""
        for make in (pipe(self.hub, "A1"), pipe(self.hub, "A2"), far(self.hub)):
            self.drafts[make.source_ref] = make
            tell(self.hub, make)
        self.matters = {"A": matter(self.hub, "A1"), "B": matter(self.hub, "B1")}
        assert self.matters["A"] == matter(self.hub, "A2") != self.matters["B"]

    def say(self, ref: str, **changes: object) -> None:
        """The source sends one of the reports once more."""
        self.version += 1
        draft = replace(self.drafts[ref], version=str(self.version), **changes)  # type: ignore[arg-type]
        tell(self.hub, draft)

    def whistles(self, name: str, department: str) -> list[str]:
        """Those of a department in a matter, the newest last."""
        rows = self.hub.rows("SELECT incident_id, department, id FROM whistle ORDER BY blown_us, version")
        return [r[2] for r in rows if (r[0], r[1]) == (self.matters[name], department)]

    def reports(self, name: str, department: str, move: str) -> None:
        """A department answers."""
        now = self.hub.clock.now()
        said: dict[str, object] = {"nonce": now.isoformat(), "move": move}
        if move == "return":
            said |= {"reason_code": "NOT_MY_DUTY", "note": "不属本单位职责。"}
        if move == "result":
            said |= {"form": DONE}
        for id_ in self.whistles(name, department)[-1:]:
            self.hub.hub.reporting.take(department, id_, said, now)

    def decides(self, name: str, department: str, move: Move | None) -> None:
        """The centre decides about a whistle, or (None) designates its department."""
        dispatch, now = self.hub.hub.dispatch("centre"), self.hub.clock.now()
        with self.hub.hub.store.write() as conn:
            deciding = Deciding(conn, dispatch, self.hub.hub.pack, by="zhongxin01", at=now)
            if move is None:
                deciding.designate(self.matters[name], department, "NOBODY_ELSE")
            for id_ in self.whistles(name, department)[-1:] if move else []:
                deciding.decide(id_, move or Move.CHECK, "NOT_FIXED")

    def take_out(self, ref: str) -> None:
        """A report gets a matter of its own."""
        unlink(self.hub, ref)

    def look(self) -> None:
        """The last words fit."""
        rows = self.hub.rows("SELECT event_key, incident_id FROM link WHERE undone_us IS NULL")
        joined, states = dict(rows), dict(self.hub.rows("SELECT id, state FROM incident"))
        for ref in self.drafts:
            (key,) = keys_of(self.hub, ref)
            state, said = states[joined[key]], heard(self.hub, ref)
            if state == IncidentState.CANCELLED:  # its source knows
                continue
            assert said[-1] in FITS[state] if said else state == IncidentState.OPEN, (ref, state, said)
        assert is_sound(self.hub)


def _moves() -> dict[str, Callable[[Case], None]]:
    deeds: dict[str, Callable[[Case], None]] = {}
    for name in "AB":
        for department in ("zilai", "shizheng"):
            for said in ("sign", "contact", "return", "result"):
                deeds[f"{name} {department} {said}"] = (
                    lambda case, n=name, d=department, m=said: case.reports(n, d, m)  # type: ignore[misc]
                )
            for move in (Move.UPHOLD, Move.DISMISS, Move.CHECK, Move.REWORK, Move.REOPEN, None):
                deeds[f"{name} {department} {move or 'designate'}"] = (
                    lambda case, n=name, d=department, m=move: case.decides(n, d, m)  # type: ignore[misc]
                )
    return deeds


DEEDS: Final[dict[str, Callable[[Case], None]]] = {
    **_moves(),
    "A into B": lambda case: link(case.hub, case.matters["A"], case.matters["B"]),
    "B into A": lambda case: link(case.hub, case.matters["B"], case.matters["A"]),
    "A out of B": lambda case: part(case.hub, case.matters["A"], case.matters["B"]),
    "B out of A": lambda case: part(case.hub, case.matters["B"], case.matters["A"]),
    "A2 taken out": lambda case: case.take_out("A2"),
    "A1 something else": lambda case: case.say("A1", category=LAMP),
    "A1 as it was": lambda case: case.say("A1"),
    "A1 withdrawn": lambda case: case.say("A1", stage=Stage.CANCELLED),
    "A2 withdrawn": lambda case: case.say("A2", stage=Stage.CANCELLED),
    "B1 withdrawn": lambda case: case.say("B1", stage=Stage.CANCELLED),
    "B1 as it was": lambda case: case.say("B1"),
    "A1 not content": lambda case: case.say("A1", satisfaction=Satisfaction.DISSATISFIED),
    "B1 not content": lambda case: case.say("B1", satisfaction=Satisfaction.DISSATISFIED),
    "zilai accused": lambda case: tell(case.hub, against_zilai(case.hub, "A3")),
}
FINISHED: Final = ("B zilai sign", "B zilai result")


@pytest.mark.nasty("N12", "N81")
@settings(max_examples=12)
@given(st.lists(st.sampled_from(sorted(DEEDS)), min_size=6, max_size=16))
@example([*FINISHED, "B into A", "B zilai check", "B out of A"])
@example([*FINISHED, "A into B", "A out of B", "A into B", "B zilai check"])
@example([*FINISHED, "B into A", "A zilai sign", "A zilai result", "B out of A"])
@example(["A zilai sign", "zilai accused", "A shizheng designate", "A shizheng sign", "A shizheng result"])
@example(["A shizheng sign", "A shizheng result", "A zilai sign", "A zilai result", "A shizheng rework"])
@example(["A zilai sign", "A zilai result", "A2 taken out", "A zilai check", "A1 not content"])
def test_the_last_word_that_a_reporter_heard_fits_how_their_matter_stands(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[str]
) -> None:
    place = tmp_path_factory.mktemp("hub")
    hub = HubInHand(place)
    try:
        case = Case(hub)
        case.begin()
        for deed in deeds:
            hub.clock.pause(120)
            with suppress(Refused):  # what cannot be done changes nothing
                DEEDS[deed](case)
            case.look()
    finally:
        hub.close()
