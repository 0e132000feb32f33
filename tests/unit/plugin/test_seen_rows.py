"""Digests kept between sweeps: a crash costs repeats, never a change; what vanished is told once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.plugin.transport.seen_rows import Seen, SeenRows, Shrunk

Open = Callable[[], SeenRows]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the file of digests, as a process that starts would."""
    made: list[SeenRows] = []

    def again() -> SeenRows:
        made.append(SeenRows(str(tmp_path), "view"))
        return made[-1]

    yield again
    for one in made:
        one.close()


def rows(**digests: str) -> list[Seen]:
    return [Seen(key, digest) for key, digest in digests.items()]


def test_a_row_is_news_once_and_again_when_it_changes(opened: Open) -> None:
    seen = opened()
    seen.resume("")
    assert rows(a="1", b="1") == seen.news(rows(a="1", b="1"))
    mark = seen.hand_out("", rows(a="1", b="1"))
    seen.resume(mark)
    assert seen.news(rows(a="1", b="1")) == []
    assert rows(b="2") == seen.news(rows(a="1", b="2"))


def test_a_page_that_brings_nothing_leaves_the_mark_as_it_is(opened: Open) -> None:
    assert opened().hand_out("m", []) == "m"


def test_a_page_that_was_not_stored_is_news_again(opened: Open) -> None:
    seen = opened()
    seen.resume("")
    seen.hand_out("", rows(a="1"))
    seen.resume("")  # the hub comes back with the cursor of before
    assert rows(a="1") == seen.news(rows(a="1"))


def test_a_worker_killed_after_storing_tells_nothing_twice(opened: Open) -> None:
    first = opened()
    first.resume("")
    mark = first.hand_out("", rows(a="1"))
    first.close()
    second = opened()
    second.resume(mark)
    assert [] == second.news(rows(a="1"))


def test_a_lost_directory_costs_a_repeat_and_no_change(opened: Open) -> None:
    seen = opened()
    seen.resume("a mark of before")
    assert rows(a="1") == seen.news(rows(a="1"))


def test_digests_of_another_history_are_not_trusted(opened: Open) -> None:
    """A row that changed and changed back elsewhere must not look unchanged here."""
    seen = opened()
    seen.resume("")
    mark = seen.hand_out("", rows(a="1"))
    seen.resume(mark)
    seen.resume("the mark of a worker that has read on")
    assert rows(a="1") == seen.news(rows(a="1"))


def sweep(seen: SeenRows, mark: str, present: list[Seen]) -> tuple[str, list[Seen]]:
    """One whole pass over the view; the mark after it, and the rows that it calls gone."""
    seen.resume(mark)
    news = seen.news(present)
    gone = seen.end_sweep(absences=3, news=news)
    assert isinstance(gone, list)
    return seen.hand_out(mark, news, gone), gone


@pytest.mark.nasty("N09", "a row that vanishes is told after N absences, once")
def test_a_row_that_vanishes_is_told_after_so_many_absences_and_once(opened: Open) -> None:
    seen, mark, told = opened(), "", []
    everything = [Seen(f"c{number:02d}", "1", kept='{"class": "0110"}') for number in range(30)]
    for number in range(1, 8):
        mark, gone = sweep(seen, mark, everything if number < 3 else everything[1:])
        told.append(gone)
    # last there in sweep 2, absent in 3, 4 and 5: told with sweep 5
    assert [[], [], [], [], everything[:1], [], []] == told
    _, gone = sweep(seen, mark, everything)
    assert [] == gone
    seen.resume(mark)
    assert everything[:1] == seen.news(everything[:1])  # back again: news


@pytest.mark.nasty("N09", "a view that lost half of its rows is at fault, and nothing is concluded")
def test_a_view_that_shrinks_at_once_deletes_nothing(opened: Open) -> None:
    seen = opened()
    everything = [Seen(f"c{number:02d}", "1") for number in range(30)]
    mark, _ = sweep(seen, "", everything)
    seen.resume(mark)
    for _ in range(4):
        seen.resume(mark)
        assert seen.news(everything[:20]) == []
        assert Shrunk(30, 10) == seen.end_sweep(absences=3)


class Crashes(RuleBasedStateMachine):
    """A source that changes, a hub that stores pages, and what goes wrong in between: no change is missed."""

    def __init__(self) -> None:
        super().__init__()
        self.source = {"a": "0"}
        self.stored: dict[str, str] = {}
        self.cursor = ""
        self.handed: tuple[str, list[Seen]] | None = None
        self.seen, self.other = SeenRows("", "view"), SeenRows("", "view")
        self.calm = False

    @rule(digest=st.sampled_from("01"))
    def the_source_changes(self, digest: str) -> None:
        self.source["a"] = digest

    @rule()
    def the_adapter_reads(self) -> None:
        self.seen.resume(self.cursor)
        news = self.seen.news([Seen(*one) for one in sorted(self.source.items())])
        self.handed = (self.seen.hand_out(self.cursor, news), news)

    @precondition(lambda self: self.handed is not None)
    @rule()
    def the_hub_stores(self) -> None:
        assert self.handed is not None
        self.cursor, news = self.handed
        self.stored |= {one.key: one.digest for one in news}
        self.handed = None

    @rule()
    def another_machine_takes_over(self) -> None:
        self.handed = None
        self.seen, self.other = self.other, self.seen

    @rule()
    def the_process_is_killed(self) -> None:
        self.handed = None
        self.seen.close()
        self.seen = SeenRows("", "view")  # and its directory is lost

    @rule()
    def the_page_is_lost(self) -> None:
        self.handed = None

    @rule()
    def all_goes_well_for_once(self) -> None:
        self.the_adapter_reads()
        self.the_hub_stores()
        self.seen.resume(self.cursor)
        self.calm = True

    @invariant()
    def after_a_calm_pass_the_hub_knows_what_the_source_says(self) -> None:
        if self.calm:
            assert self.source == {key: self.stored[key] for key in self.source}
        self.calm = False

    def teardown(self) -> None:
        self.seen.close()
        self.other.close()


Crashes.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestNoChangeIsMissed = Crashes.TestCase
