"""Reading page by page while the world goes on. Rules: domain.md N65, N66, N78; decision 2."""

from datetime import timedelta
from typing import Final

from hub.clock import FixedClock
from hub.kit.outcome import Level, check
from hub.kit.subject import NOON, Subject, demand
from hub.plugin.adapter import Reads

_MANY: Final = 260
"""More than two pages of the usual hundred."""
_A_WHILE_S: Final = 300.0
"""Scenario time in which every system lets out what it has to say, also one that exports now and then."""
_STEPS: Final = 10
_NOT_READ: Final = "it is not read page by page"


@check("pages-whole", Level.BRONZE, "more than a page arrives whole, each report once")
def pages_whole(subject: Subject) -> None:
    subject.needs(Reads, why=_NOT_READ)
    story = subject.story(*(subject.says(number) for number in range(1, _MANY + 1)))
    refs = [draft.source_ref for draft in story.drafts]
    demand(len(set(refs)) == _MANY, "lost", f"of {_MANY} reports {len(set(refs))} have come")
    demand(len(refs) == _MANY, "twice", f"{_MANY} reports have come as {len(refs)} records")


@check("empty-page", Level.BRONZE, "where there is nothing, nothing is read and nothing is wrong")
def empty_page(subject: Subject) -> None:
    subject.needs(Reads, why=_NOT_READ)
    with subject.at_desk() as desk:
        for _ in range(_STEPS):
            desk.step()
        demand(not desk.story.bodies, "something", "it makes records out of nothing")
        demand(not desk.story.troubles, "trouble", "a source that has nothing to say is taken for an ill one")


@check("at-rest", Level.SILVER, "what was read is not read again for ever")
def at_rest(subject: Subject) -> None:
    subject.needs(Reads, why=_NOT_READ)
    with subject.at_desk(*(subject.says(number) for number in range(1, 6))) as desk:
        desk.run(until=desk.simulator.done)
        for _ in range(_STEPS):
            if not desk.step():
                break
        read = len(desk.story.bodies)
        for _ in range(5):
            desk.clock.pause(60.0)
            desk.step()
        demand(len(desk.story.bodies) == read, "again", "reports that have not changed come again")


@check("grows-while-read", Level.SILVER, "what is added and changed between two pages arrives")
def grows_while_read(subject: Subject) -> None:
    subject.needs(Reads, why=_NOT_READ)
    early = [subject.says(number) for number in range(1, 121)]
    late = [
        subject.says(number, revision=1, at=NOON + timedelta(seconds=1), content=f"改过的第{number}处")
        for number in range(1, 21)
    ] + [subject.says(number, at=NOON + timedelta(seconds=2)) for number in range(121, 141)]
    with subject.at_desk(*early, *late, clock=FixedClock(NOON)) as desk:
        desk.run(until=lambda: bool(desk.story.bodies))
        desk.clock.pause(_A_WHILE_S)
        story = desk.run()
    refs = {draft.source_ref for draft in story.drafts}
    demand(
        len(refs) == 140, "lost", f"of 140 reports {len(refs)} have come: the list changed while it was read"
    )


@check("goes-on", Level.SILVER, "another process goes on from the cursor, and nothing is lost between them")
def goes_on(subject: Subject) -> None:
    subject.needs(Reads, why=_NOT_READ)
    early = [subject.says(number) for number in range(1, 31)]
    late = [subject.says(number, at=NOON + timedelta(seconds=30)) for number in range(31, 61)]
    with subject.at_desk(*early, *late, clock=FixedClock(NOON)) as desk:
        desk.run(until=lambda: len(desk.story.bodies) >= len(early))
        desk.step()  # so it can tell its system what is stored
        desk.again()
        desk.clock.pause(_A_WHILE_S)
        story = desk.run()
    refs = [draft.source_ref for draft in story.drafts]
    demand(len(set(refs)) == 60, "lost", f"of 60 reports {len(set(refs))} have come")
    demand(len(refs) == 60, "twice", "what the process before had read comes again")


@check("not-stored", Level.SILVER, "a page that was read and not stored is read again")
def not_stored(subject: Subject) -> None:
    subject.needs(Reads, why=_NOT_READ)
    with subject.at_desk(*(subject.says(number) for number in range(1, 6))) as desk:
        desk.unstored()
        desk.again()
        story = desk.run()
    refs = {draft.source_ref for draft in story.drafts}
    demand(
        len(refs) == 5, "lost", "after a crash the cursor is the old one, and the page is not there any more"
    )


@check("back-fill", Level.SILVER, "what happened years ago is read like what happened today")
def back_fill(subject: Subject) -> None:
    long_ago = NOON - timedelta(days=3 * 365)
    told = subject.says(at=long_ago, occurred_at=long_ago, reported_at=long_ago)
    story = subject.story(told)
    demand(bool(story.drafts), "lost", "a report of three years ago is thrown away")
