"""What a reporter hears follows from the matter: a sensible sequence, whatever its whistles do."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import (
    Actor,
    DepartmentId,
    Ending,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Move,
    Place,
    Reason,
    Role,
    Stage,
    Urgency,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.run.matters.round import By, Round
from hub.whistle.follow import DESIGNATED, is_done, is_verified, still_open
from hub.whistle.lifecycle import ACTIVE, open_moves
from hub.whistle.stages import Happening, Word, stage_of, word_now, words_of
from tests.unit.whistle.histories import BLOWN, CALLED_AT

_S = WhistleState
MATTER: Final = Incident(
    id=IncidentId("in_1"),
    category="x",
    urgency=Urgency.ROUTINE,
    level=Level.ROUTINE,
    state=IncidentState.OPEN,
    secret=False,
    place=Place(method="none", map_version=""),
    opened_at=CALLED_AT,
    last_reported_at=CALLED_AT,
    closed_at=None,
    event_count=1,
    sources=("s",),
    recurrence_of=None,
    merged_into=None,
    version=1,
)
LEFT: Final = (Move.RETURN, Move.UPHOLD, Move.DISMISS, Move.CANCEL)
"""Moves by which a matter loses a lead, or gets one back that has to sign anew."""
AT_IT: Final = ACTIVE - {_S.BLOWN}
_ACTORS: Final = (Actor.DEPARTMENT, Actor.CENTRE, Actor.REQUESTER, Actor.HUB)


def whistle(name: str, role: Role = Role.LEAD, state: WhistleState = _S.BLOWN) -> Whistle:
    """A whistle of the matter."""
    return replace(
        BLOWN,
        id=WhistleId(f"wh_{name}"),
        incident_id=MATTER.id,
        department=DepartmentId(name),
        role=role,
        state=state,
    )


class Walk:
    """One matter whose whistles move, as `hub.run.matters.moving` settles it; and every word that its reporter hears."""

    def __init__(self, called: Sequence[Whistle]) -> None:
        self.matter, self.whistles = MATTER, {w.id: w for w in called}
        self.heard: list[tuple[Word, IncidentState]] = []
        self._at = CALLED_AT

    def moves(self) -> list[tuple[WhistleId, Move, Actor]]:
        """Everything that anybody may do now."""
        return [
            (id_, move, actor)
            for id_, one in self.whistles.items()
            for actor in _ACTORS
            for move in open_moves(one, actor)
            if move is not Move.UPGRADE
        ]

    def make(self, id_: WhistleId, move: Move, actor: Actor) -> None:
        """One move, a transaction of its own."""
        self._at += timedelta(minutes=1)
        round_ = Round()
        if move is Move.CANCEL:
            self.end([self.whistles[id_]], Ending.REROUTED)
            return
        until = self._at + timedelta(days=1)
        moved = round_.move(self.whistles[id_], move, By(actor=actor, at=self._at), until=until)
        if move in (Move.REWORK, Move.REOPEN) and self.matter.state is not IncidentState.OPEN:
            round_.reopen(self.matter, moved, move)
        self._settle(round_)

    def end(self, gone: Sequence[Whistle], why: Ending) -> None:
        """These are called off."""
        round_ = Round()
        round_.end(gone, self.matter, why, self._at)
        self._settle(round_)

    def withdraw(self) -> None:
        """Its source takes it back."""
        self.matter = replace(self.matter, state=IncidentState.CANCELLED)
        self.end(still_open(list(self.whistles.values())), Ending.WITHDRAWN)

    def call(self, name: str) -> None:
        """The centre designates one more lead."""
        one = replace(whistle(name), reasons=(Reason(DESIGNATED),))
        self.whistles[one.id] = one

    def _settle(self, round_: Round) -> None:
        standing = [round_.as_it_stands(w) for w in self.whistles.values()]
        matter = round_.matter(self.matter)
        if matter.state is IncidentState.OPEN and is_done(standing):
            round_.close(matter, standing, self._at)
            round_.end(still_open(standing), matter, Ending.FINISHED, self._at)
        if round_.matter(matter).state is IncidentState.CLOSED and is_verified(standing):
            round_.verify(round_.matter(matter), standing)
        self.whistles = {id_: round_.as_it_stands(w) for id_, w in self.whistles.items()}
        self.matter = round_.matter(self.matter)
        happened: Sequence[Happening] = round_.happened.get(MATTER.id, [])
        self.heard += [(word, self.matter.state) for word in words_of(happened, self.leads())]

    def leads(self) -> list[Whistle]:
        """Those that lead it."""
        return [w for w in self.whistles.values() if w.role is Role.LEAD]


def stages(walk: Walk) -> list[Stage]:
    """What was told, in order."""
    return [word.stage for word, _ in walk.heard]


def made(walk: Walk, *moves: str) -> Walk:
    """`walk` after moves such as `a sign`."""
    for said in moves:
        name, move = said.split()
        id_ = WhistleId(f"wh_{name}")
        actors = [a for a in _ACTORS if Move(move) in open_moves(walk.whistles[id_], a)]
        walk.make(id_, Move(move), actors[0])
    return walk


@pytest.mark.parametrize(
    ("moves", "heard"),
    [
        pytest.param("a sign, a result", "accepted in_progress", id="one lead of two is done"),
        pytest.param(
            "a sign, a result, a check, b sign, b return",
            "accepted in_progress in_progress returned",
            id="one lead is checked, the other hands it back",
        ),
        pytest.param(
            "a sign, b sign, a result, b result",
            "accepted in_progress in_progress done_by_dept",
            id="both done",
        ),
        pytest.param(
            "a sign, b sign, a result, a check, b result, b check",
            "accepted in_progress in_progress done_by_dept closed",
            id="the second check closes it",
        ),
        pytest.param(
            "a sign, a result, b sign, b result, a archive, b archive",
            "accepted in_progress in_progress done_by_dept closed",
            id="the archive closes what nobody checked",
        ),
        pytest.param("a sign, b sign, b return", "accepted in_progress", id="one lead is left"),
        pytest.param("a sign, b return, a return", "accepted returned", id="none is left"),
        pytest.param(
            "a sign, b return, a return, a sign", "accepted returned accepted", id="one takes it back"
        ),
        pytest.param("a sign, b cancel, a cancel", "accepted returned", id="none is left, called off"),
        pytest.param(
            "a sign, a contact, a cancel, c sign, b sign", "accepted in_progress accepted", id="anew"
        ),
        pytest.param("a sign, c sign, c return", "accepted in_progress", id="who assists hands it back"),
        pytest.param(
            "c sign, c contact, a sign, c arrive", "accepted in_progress", id="who assists is first"
        ),
        pytest.param(
            "a sign, c sign, c result", "accepted in_progress in_progress", id="who assists is done"
        ),
        pytest.param("a sign, a pause", "accepted suspended", id="whoever is at it waits"),
        pytest.param(
            "a sign, b sign, a pause", "accepted in_progress in_progress", id="only one of them waits"
        ),
        pytest.param(
            "a sign, a pause, c sign, a resume", "accepted suspended in_progress", id="waiting, whoever helps"
        ),
        pytest.param(
            "a sign, a result, b sign, b result, a check, b check, b reopen, b result",
            "accepted in_progress in_progress done_by_dept closed reopened done_by_dept",
            id="done again",
        ),
        pytest.param(
            "a sign, a result, a rework", "accepted in_progress in_progress", id="done again while it is open"
        ),
    ],
)
def test_the_matters_stage_is_told_and_not_a_whistles(moves: str, heard: str) -> None:
    walk = Walk([whistle("a"), whistle("b"), whistle("c", Role.ASSIST)])
    assert heard.split() == stages(made(walk, *moves.split(", ")))


@given(st.data())
def test_whatever_legal_walk_a_matters_whistles_take_what_is_told_is_sensible(data: st.DataObject) -> None:
    leads = data.draw(st.integers(1, 3))
    helpers = data.draw(st.integers(0, 2))
    walk = Walk(
        [
            *(whistle(f"l{n}") for n in range(leads)),
            *(whistle(f"h{n}", Role.ASSIST) for n in range(helpers)),
        ]
    )
    reopened = 0
    for step in range(data.draw(st.integers(1, 40))):
        if data.draw(st.integers(0, 9)) == 0 and walk.matter.state is IncidentState.OPEN:
            walk.call(f"d{step}")
        if not (open_ := walk.moves()):
            break
        id_, move, actor = data.draw(st.sampled_from(open_))
        was = walk.matter.state
        walk.make(id_, move, actor)
        reopened += was is not IncidentState.OPEN and move in (Move.REWORK, Move.REOPEN)
    for word, state in walk.heard:
        assert word.stage is not Stage.CLOSED or state is IncidentState.VERIFIED
    assert len(walk.heard) == len({word.seed for word, _ in walk.heard})
    # Between two reopenings: done at most once, closed at most once and behind that, and nothing else follows.
    rounds: list[list[Stage]] = [[]]
    for stage in stages(walk):
        if stage is Stage.REOPENED:
            rounds.append([])
        rounds[-1].append(stage)
    assert reopened + 1 == len(rounds)
    for one in rounds[:-1]:
        assert {(Stage.DONE_BY_DEPT,), (Stage.CLOSED,)} & {tuple(one[-1:])}
    for one in rounds:
        ends = [s for s in one if s in (Stage.DONE_BY_DEPT, Stage.CLOSED)]
        assert ends == one[len(one) - len(ends) :]
        assert ends in ([], [Stage.DONE_BY_DEPT], [Stage.DONE_BY_DEPT, Stage.CLOSED])
    ended = {
        IncidentState.OPEN: [],
        IncidentState.CLOSED: [Stage.DONE_BY_DEPT],
        IncidentState.VERIFIED: [Stage.DONE_BY_DEPT, Stage.CLOSED],
    }
    assert ended[walk.matter.state] == [s for s in rounds[-1] if s in (Stage.DONE_BY_DEPT, Stage.CLOSED)]


@given(st.data())
def test_an_open_matter_is_accepted_by_a_lead_handed_back_without_one_and_taken_back_in_silence(
    data: st.DataObject,
) -> None:
    walk = Walk([whistle("l0"), whistle("l1"), whistle("h0", Role.ASSIST), whistle("h1", Role.ASSIST)])
    left = True
    for _ in range(data.draw(st.integers(1, 30))):
        open_ = [one for one in walk.moves() if one[1] not in (Move.REWORK, Move.REOPEN)]
        if not open_ or walk.matter.state is not IncidentState.OPEN:
            return
        id_, move, actor = data.draw(st.sampled_from(open_))
        said = len(walk.heard)
        walk.make(id_, move, actor)
        left |= move in LEFT
        new = stages(walk)[said:]
        assert left or Stage.ACCEPTED not in new
        assert said or new in ([], [Stage.ACCEPTED], [Stage.RETURNED])
        left = (left and Stage.ACCEPTED not in new) or Stage.RETURNED in new
        if walk.matter.state is IncidentState.OPEN:
            last = stages(walk)[-1:]
            assert stage_of(walk.leads()) is not Stage.RETURNED or last == [Stage.RETURNED]
            assert last != [Stage.RETURNED] or all(w.state not in AT_IT for w in walk.leads())
    heard = walk.heard.copy()
    walk.withdraw()
    assert heard == walk.heard


@pytest.mark.parametrize(
    ("states", "stage"),
    [
        pytest.param("blown", None, id="nobody has signed"),
        pytest.param("draft", None, id="nobody was called"),
        pytest.param("blown signed", Stage.ACCEPTED, id="one has"),
        pytest.param("signed handling", Stage.IN_PROGRESS, id="one is further"),
        pytest.param("blown result", Stage.IN_PROGRESS, id="one is done"),
        pytest.param("disputed blown", None, id="handed back by one of two"),
        pytest.param("disputed", Stage.RETURNED, id="handed back"),
        pytest.param("arbitrating result", Stage.RETURNED, id="handed back, and one is done"),
        pytest.param("reassigned", Stage.RETURNED, id="relieved"),
        pytest.param("reassigned signed", Stage.ACCEPTED, id="relieved, and another took it"),
        pytest.param("cancelled", Stage.RETURNED, id="called off, and nobody else called"),
        pytest.param("cancelled blown", None, id="called off, and another called"),
        pytest.param("cancelled result", Stage.IN_PROGRESS, id="called off, and one is done"),
        pytest.param("refused_to_blow draft", None, id="nobody ever heard of it"),
        pytest.param("reopened", Stage.REOPENED, id="again"),
    ],
)
def test_an_open_matter_stands_as_its_leads_do(states: str, stage: Stage | None) -> None:
    leads = [whistle(str(n), state=_S(state)) for n, state in enumerate(states.split())]
    assert stage is stage_of(leads)
    now = word_now(MATTER, leads)
    assert stage is (now.stage if now else None)


def test_a_matter_whose_designated_lead_is_done_looks_for_no_other() -> None:
    relieved = whistle("a", state=_S.REASSIGNED)
    done = whistle("b", state=_S.RESULT)
    designated = replace(done, reasons=(Reason(DESIGNATED),))
    assert Stage.RETURNED is stage_of([relieved, done])
    assert Stage.IN_PROGRESS is stage_of([relieved, designated])


def test_what_no_department_heard_of_ends_in_silence() -> None:
    walk = Walk([whistle("a", state=_S.SUBMITTED)])
    walk.end(list(walk.whistles.values()), Ending.REROUTED)
    assert [] == stages(walk)


def test_whoever_comes_late_hears_the_same_word_of_the_end_as_everyone() -> None:
    walk = made(Walk([whistle("a")]), "a sign", "a result")
    assert walk.heard[-1][0] == word_now(walk.matter, list(walk.whistles.values()))
    made(walk, "a check")
    assert walk.heard[-1][0] == word_now(walk.matter, list(walk.whistles.values()))
