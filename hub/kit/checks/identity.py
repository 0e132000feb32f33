"""Which report a record is: resent, changed, out of order, without a number. Rules: domain.md N01–N07."""

from datetime import timedelta
from typing import Final

from hub.clock import FixedClock
from hub.kit.outcome import Level, NotApplicable, check
from hub.kit.subject import NOON, Subject, demand, ids_of
from hub.model import Arrival, Draft
from hub.pipeline import Parked
from hub.plugin.adapter import Filters

_MANY: Final = 25
_LATER: Final = timedelta(minutes=1)
_WITHIN_THE_SECOND: Final = timedelta(milliseconds=500)


@check("reads-all", Level.BRONZE, "each thing that is said becomes a report of its number")
def reads_all(subject: Subject) -> None:
    said = [subject.says(number) for number in range(1, _MANY + 1)]
    story = subject.story(*said)
    found = {draft.source_ref for draft in story.drafts}
    demand(bool(story.drafts), "nothing", "nothing of what was said became a report")
    demand(len(found) == _MANY, "lost", f"{_MANY} things were said, {len(found)} reports have come")


@check("becomes-an-event", Level.BRONZE, "what a report says fits the unified schema")
def becomes_an_event(subject: Subject) -> None:
    for draft in subject.story(subject.says()).drafts:
        made = subject.understood(draft)
        parked = made.code if isinstance(made, Parked) else ""
        demand(
            parked in ("", "R301", "R302", "R303"), "refused", f"the hub holds its report back with {parked}"
        )


@check("pure", Level.BRONZE, "the same bytes give the same drafts, at any time, in any process")
def pure(subject: Subject) -> None:
    said = [subject.says(number) for number in (1, 2, 3)]
    with subject.at_desk(*said) as desk:
        story = desk.run()
        other = desk.made()
        for one in story.told:
            if one.error:
                continue
            arrival = Arrival(NOON, one.body.kind)
            again = [
                tuple(adapter.normalise(one.body, arrival)) for adapter in (desk.adapter, other, desk.adapter)
            ]
            demand(
                again[0] == again[1] == again[2],
                "differs",
                "the same record gives other drafts the second time",
            )
        other.close()


@check("resend", Level.SILVER, "a report that is sent again is the same report, and no revision of it")
def resend(subject: Subject) -> None:
    first, second = (_drafts(subject, subject.says()) for _ in range(2))
    demand(ids_of(first) == ids_of(second), "other", "the same report has another number the second time")
    demand(
        _revisions(subject, first) == _revisions(subject, second), "revised", "a resend counts as a change"
    )


@check("changed", Level.SILVER, "a report that changes is the same report, in another revision")
def changed(subject: Subject) -> None:
    before, after = _two(subject)
    demand(ids_of(before) == ids_of(after), "other", "a changed report has another number")
    demand(
        _revisions(subject, before) != _revisions(subject, after), "missed", "the change is not in its drafts"
    )


@check("order-of-revisions", Level.SILVER, "which of two revisions is newer can be told from them alone")
def order_of_revisions(subject: Subject) -> None:
    before, after = _two(subject)
    if not any(draft.version for draft in (*before, *after)):
        raise NotApplicable("its system numbers no revisions")
    for old, new in zip(before, after, strict=False):
        demand(old.version < new.version, "order", "the newer revision does not sort behind the older one")


@check("reordered", Level.SILVER, "a newer revision that comes first is read like any other")
def reordered(subject: Subject) -> None:
    newer = subject.says(revision=1, at=NOON - _LATER, content="青石路十八号门前井盖已经丢失")
    story = subject.story(newer)
    demand(bool(story.drafts), "lost", "an update without its first report is thrown away")


@check("same-time-changed", Level.SILVER, "a change within the same second arrives")
def same_time_changed(subject: Subject) -> None:
    at = NOON - timedelta(minutes=10)
    first = subject.says(at=at)
    second = subject.says(at=at + _WITHIN_THE_SECOND, revision=1, content="青石路十八号门前井盖已经丢失")
    with subject.at_desk(first, second, clock=FixedClock(at)) as desk:
        desk.run(until=lambda: bool(desk.story.bodies))
        desk.clock.pause(1.0)
        story = desk.run()
    revisions = _revisions(subject, story.drafts)
    last = _revisions(subject, _drafts(subject, second))
    if last == _revisions(subject, _drafts(subject, first)):
        raise NotApplicable("its system carries no words that change")
    demand(last <= revisions, "missed", "the change has the same time as the first report, and is not read")


@check("no-number", Level.BRONZE, "a record without a number is held or dead, and no number is made up")
def no_number(subject: Subject) -> None:
    earlier = {"occurred_at": NOON - timedelta(hours=3), "reported_at": NOON - timedelta(hours=2)}
    first = _drafts(subject, subject.says(ref=""))
    second = _drafts(subject, subject.says(2, ref="", **earlier))
    demand(
        all(one.source_ref for one in (*first, *second)),
        "empty",
        "a report has an empty number: all such reports would be one",
    )
    demand(not {*ids_of(first)} & {*ids_of(second)}, "same", "two records without a number are one report")


@check(
    "numbers-apart",
    Level.SILVER,
    "numbers that differ in their beginning alone, as in the year, are two reports",
)
def numbers_apart(subject: Subject) -> None:
    ref = subject.says().ref
    other = _another_year(ref)
    if other == ref:
        raise NotApplicable("its numbers have no digits that could be a year's")
    first, second = (ids_of(_drafts(subject, subject.says(ref=one))) for one in (ref, other))
    demand(not {*first} & {*second}, "same", "a number that comes again in another year is the same report")


def _another_year(ref: str) -> str:
    """The number with its first digit but zero changed, and as long as it was."""
    for at, one in enumerate(ref):
        if one.isdigit() and one != "0" and at < len(ref) - 6:
            return ref[:at] + ("1" if one != "1" else "2") + ref[at + 1 :]
    return ref


@check("tidy-number", Level.SILVER, "blanks and full-width digits around a number make no other report")
def tidy_number(subject: Subject) -> None:
    plain, ref = subject.says(), subject.says().ref
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in ref)
    first, story = ids_of(_drafts(subject, plain)), subject.story(subject.says(ref=f" {wide}  "))
    if any(one.dropped for one in story.told) and isinstance(subject.adapter, Filters):
        raise NotApplicable("its ingress filter lets no such number in")
    demand(first == ids_of(story.drafts), "other", "the same number in full-width digits is another report")


def _two(subject: Subject) -> tuple[list[Draft], list[Draft]]:
    """One report before and after a change; raises NotApplicable where its system says the same of both."""
    after = subject.said_otherwise(
        "its system says the same of a report that changed",
        revision=1,
        at=NOON - _LATER,
        content="青石路十八号门前井盖已经丢失",
    )
    return _drafts(subject, subject.says()), after.drafts


def _drafts(subject: Subject, *said: object) -> list[Draft]:
    return subject.story(*said, clock=FixedClock(NOON)).drafts  # type: ignore[arg-type]


def _revisions(subject: Subject, drafts: list[Draft]) -> set[str]:
    """What the hub tells revisions apart by."""
    made = [subject.understood(draft) for draft in drafts]
    return {one.event.id for one in made if not isinstance(one, Parked)}
