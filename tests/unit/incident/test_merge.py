"""Laws of links: nothing is lost, everything can be undone, and undoing restores what was."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.errors import Refused
from hub.incident import link, live, merge, unlink, unmerge
from hub.incident.merge import Links
from hub.model import EventId, IncidentId, Link, Reason, Verdict
from tests.unit.incident.reports import MORNING

A, B, C = IncidentId("in_a"), IncidentId("in_b"), IncidentId("in_c")
LATER = MORNING + timedelta(hours=1)
BY = "测试甲"


def linked(event: str, incident: IncidentId) -> Link:
    return Link(
        event_id=EventId(event),
        incident_id=incident,
        verdict=Verdict.SAME,
        reasons=(Reason("distance", {"metres": 12.0}),),
        linked_at=MORNING,
        linked_by="rule",
    )


def belongs(links: Links) -> dict[str, tuple[str, str, tuple[Reason, ...]]]:
    """Event → where it belongs now, and why."""
    return {event: (one.incident_id, one.verdict, one.reasons) for event, one in live(links).items()}


histories = st.lists(
    st.builds(linked, st.sampled_from([f"ev_{n}" for n in range(6)]), st.sampled_from([A, B, C])),
    min_size=1,
    unique_by=lambda one: one.event_id,
).map(tuple)


@given(histories)
def test_un_linking_and_linking_again_is_where_it_was(links: Links) -> None:
    one = links[0]
    assert belongs(links) == belongs(link(unlink(links, one.event_id, at=LATER, by=BY), one))


@given(histories)
def test_un_linking_takes_out_one_report_and_leaves_the_others(links: Links) -> None:
    event = links[0].event_id
    rest = {name: place for name, place in belongs(links).items() if name != event}
    assert rest == belongs(unlink(links, event, at=LATER, by=BY))


@pytest.mark.nasty("N12")
@given(histories)
def test_un_merging_restores_what_was(links: Links) -> None:
    source, target = links[0].incident_id, next(one for one in (A, B, C) if one != links[0].incident_id)
    merged = merge(links, source, target, at=LATER, by=BY)
    assert all(place[0] != source for place in belongs(merged).values())
    assert belongs(links) == belongs(unmerge(merged, source, target, at=LATER, by=BY))


@pytest.mark.nasty("N12")
@given(histories)
def test_merges_within_merges_come_apart_in_turn(links: Links) -> None:
    links = (*links, linked("ev_a", A), linked("ev_b", B))
    once = merge(links, A, B, at=LATER, by=BY)
    twice = merge(once, B, C, at=LATER, by=BY)
    back = unmerge(twice, B, C, at=LATER, by=BY)
    assert belongs(once) == belongs(back)
    assert belongs(links) == belongs(unmerge(back, A, B, at=LATER, by=BY))


def test_what_joined_after_a_merge_stays_when_it_is_undone() -> None:
    merged = merge((linked("ev_1", A), linked("ev_2", B)), A, B, at=LATER, by=BY)
    later = link(merged, linked("ev_3", B))
    after = live(unmerge(later, A, B, at=LATER, by=BY))
    assert {event: one.incident_id for event, one in after.items()} == {"ev_1": A, "ev_2": B, "ev_3": B}


def test_what_was_un_linked_after_a_merge_stays_out_when_it_is_undone() -> None:
    merged = merge((linked("ev_1", A), linked("ev_2", A)), A, B, at=LATER, by=BY)
    after = live(unmerge(unlink(merged, EventId("ev_1"), at=LATER, by=BY), A, B, at=LATER, by=BY))
    assert list(after) == ["ev_2"]


def test_every_step_says_when_and_by_whom() -> None:
    evening = LATER + timedelta(hours=9)
    merged = merge((linked("ev_1", A), linked("ev_2", B)), A, B, at=LATER, by=BY)
    assert [(LATER, BY), (None, None), (None, None)] == [(one.undone_at, one.undone_by) for one in merged]
    assert [(MORNING, "rule"), (MORNING, "rule"), (LATER, BY)] == [
        (one.linked_at, one.linked_by) for one in merged
    ]
    back = unmerge(merged, A, B, at=evening, by="测试乙")
    assert (evening, "测试乙", None) == (back[2].undone_at, back[2].undone_by, back[3].undone_at)
    assert (evening, "测试乙", A) == (back[3].linked_at, back[3].linked_by, back[3].incident_id)
    out = unlink(merged, EventId("ev_2"), at=evening, by="测试乙")
    assert [(LATER, BY), (evening, "测试乙"), (None, None)] == [(one.undone_at, one.undone_by) for one in out]


@pytest.mark.parametrize(
    ("code", "act"),
    [
        pytest.param("W201", lambda links: link(links, linked("ev_1", B)), id="linked already"),
        pytest.param("W202", lambda links: unlink(links, EventId("ev_9"), at=LATER, by=BY), id="not linked"),
        pytest.param("W203", lambda links: merge(links, A, A, at=LATER, by=BY), id="with itself"),
        pytest.param("W204", lambda links: merge(links, C, A, at=LATER, by=BY), id="nothing to merge"),
        pytest.param("W204", lambda links: unmerge(links, B, A, at=LATER, by=BY), id="never merged"),
    ],
)
def test_what_makes_no_sense_is_refused(code: str, act: object) -> None:
    assert callable(act)
    with pytest.raises(Refused) as refusal:
        act((linked("ev_1", A),))
    assert code == refusal.value.code
    named = {"W201": ("event", "ev_1"), "W202": ("event", "ev_9"), "W203": ("incident", A)}
    assert code == "W204" or dict([named[code]]) == refusal.value.facts


def test_a_merge_of_nothing_names_the_incident() -> None:
    for act in (merge, unmerge):
        with pytest.raises(Refused) as refusal:
            act((linked("ev_1", A),), C, A, at=LATER, by=BY)
        assert {"incident": C} == refusal.value.facts


class Desk(RuleBasedStateMachine):
    """A clerk who links, un-links, merges and un-merges as they come to mind."""

    def __init__(self) -> None:
        super().__init__()
        self.links: Links = (linked("ev_0", A), linked("ev_1", B))
        self.merged: list[tuple[IncidentId, IncidentId]] = []
        self.past: list[Link] = list(self.links)
        self.minutes = 0

    def _now(self) -> datetime:
        self.minutes += 1
        return LATER + timedelta(minutes=self.minutes)

    def _try(self, act: object, *args: object, **kwargs: object) -> bool:
        assert callable(act)
        try:
            self.links = act(self.links, *args, **kwargs)
        except Refused:
            return False
        return True

    @rule(event=st.integers(0, 5), incident=st.sampled_from([A, B, C]))
    def link_one(self, event: int, incident: IncidentId) -> None:
        self._try(link, linked(f"ev_{event}", incident))

    @rule(event=st.integers(0, 5))
    def unlink_one(self, event: int) -> None:
        self._try(unlink, EventId(f"ev_{event}"), at=self._now(), by=BY)

    @rule(pair=st.permutations([A, B, C]))
    def merge_two(self, pair: list[IncidentId]) -> None:
        if self._try(merge, pair[0], pair[1], at=self._now(), by=BY):
            self.merged.append((pair[0], pair[1]))

    @precondition(lambda self: self.merged)
    @rule()
    def unmerge_the_last(self) -> None:
        source, target = self.merged.pop()
        self._try(unmerge, source, target, at=self._now(), by=BY)

    @invariant()
    def nothing_is_deleted_and_the_past_only_gets_undone(self) -> None:
        assert len(self.links) >= len(self.past)
        for now, then in zip(self.links, self.past, strict=False):
            assert (now.event_id, now.incident_id, now.reasons, now.linked_at) == (
                then.event_id,
                then.incident_id,
                then.reasons,
                then.linked_at,
            )
            assert then.undone_at is None or now.undone_at == then.undone_at
        self.past = list(self.links)

    @invariant()
    def a_report_has_at_most_one_live_link(self) -> None:
        held = [one.event_id for one in self.links if one.undone_at is None]
        assert len(held) == len(set(held))


TestDesk = Desk.TestCase
