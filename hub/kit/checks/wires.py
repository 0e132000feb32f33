"""What can happen to any answer on the wire: the adapter says what it was, and afterwards everything arrives.

Rules: domain.md N65, N67, N71.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from hub.errors import SignInAgain
from hub.kit.checks.levers import needs_wire
from hub.kit.outcome import Level, check
from hub.kit.subject import NOON, Subject, demand
from hub.kit.wire import Trouble
from hub.plugin.adapter import Reads

_MANY: Final = 5
_LONGEST: Final = 40
_LONGEST_SILENT: Final = 4
"""Requests: a trouble that nobody tells of ends by itself."""
_ENOUGH_BYTES: Final = 64 << 20


def _once(trouble: Trouble, *, at: int = 1, times: int = 2) -> Callable[[int], Trouble | None]:
    return lambda number: trouble if at <= number < at + times else None


def _endures(subject: Subject, trouble: Trouble, *codes: str) -> None:
    """The trouble lasts until it is told, by one of `codes`, and then everything comes."""
    subject.needs(Reads, why="it is not read page by page")
    with subject.at_desk(
        *(subject.says(number) for number in range(1, _MANY + 1)), trouble=lambda _: trouble
    ) as desk:
        needs_wire(desk)
        longest = _LONGEST_SILENT if trouble is Trouble.SILENT else _LONGEST
        desk.trouble = lambda number: None if desk.story.troubles or number > longest else trouble
        story = desk.run()
        refs = {draft.source_ref for draft in story.drafts}
        demand(
            len(refs) == _MANY, "lost", f"of {_MANY} reports {len(refs)} have come after the trouble was over"
        )
        found = {error.code for error in story.troubles}
        demand(bool(found), "hidden", "it says nothing of the trouble: an ill source looks like a silent one")
        demand(bool(found & set(codes)), "other", f"it calls the trouble {', '.join(sorted(found))}")


@check("busy", Level.SILVER, "429: it backs off and goes on")
def busy(subject: Subject) -> None:
    _endures(subject, Trouble.RATE_LIMITED, "S105")


@check("server-error", Level.SILVER, "503: it backs off and goes on")
def server_error(subject: Subject) -> None:
    _endures(subject, Trouble.SERVER_ERROR, "S102")


@check("login-page", Level.SILVER, "a page for people inside HTTP 200 is a fault, not an answer")
def login_page(subject: Subject) -> None:
    _endures(subject, Trouble.LOGIN_PAGE, "S103", "S104", "S106")


@check("redirect", Level.SILVER, "a redirect is not followed")
def redirect(subject: Subject) -> None:
    _endures(subject, Trouble.REDIRECT, "S104")


@check("half-an-answer", Level.SILVER, "half of an answer is none")
def half_an_answer(subject: Subject) -> None:
    _endures(subject, Trouble.HALF, "S101", "S104")


@check("reset", Level.SILVER, "a connection that breaks is tried again")
def reset(subject: Subject) -> None:
    _endures(subject, Trouble.RESET, "S101")


@check("silent-peer", Level.SILVER, "who does not answer is not waited for without end")
def silent_peer(subject: Subject) -> None:
    _endures(subject, Trouble.SILENT, "S101")


@check("slow-peer", Level.SILVER, "an answer that comes in small pieces is a whole one")
def slow_peer(subject: Subject) -> None:
    _arrives(subject, Trouble.SLOW)


@check("page-repeated", Level.SILVER, "a page that is answered twice hides none behind it")
def page_repeated(subject: Subject) -> None:
    _arrives(subject, Trouble.AGAIN)


def _arrives(subject: Subject, trouble: Trouble) -> None:
    """With this in the way of every third answer, everything comes."""
    subject.needs(Reads, why="it is not read page by page")
    said = [subject.says(number, at=NOON - timedelta(hours=9, seconds=-number)) for number in range(1, 251)]
    with subject.at_desk(*said, trouble=lambda number: None if number % 3 else trouble) as desk:
        needs_wire(desk)
        refs = {draft.source_ref for draft in desk.run().drafts}
        demand(len(refs) == len(said), "lost", f"of {len(said)} reports {len(refs)} have come")


@check("endless-answer", Level.SILVER, "an answer without end is cut off")
def endless_answer(subject: Subject) -> None:
    subject.needs(Reads, why="it is not read page by page")
    with subject.at_desk(subject.says(), trouble=_once(Trouble.ENDLESS, times=1)) as desk:
        needs_wire(desk)
        desk.run()
        sent = sum(wire.sent_bytes for wire in desk.wires)
        demand(sent < _ENOUGH_BYTES, "read", "it reads an answer of half a gigabyte into memory")


@check("signed-out", Level.SILVER, "credentials that end in the middle of a page cost no record")
def signed_out(subject: Subject) -> None:
    subject.needs(Reads, why="it is not read page by page")
    with subject.at_desk(
        *(subject.says(number) for number in range(1, 251)),
        trouble=_once(Trouble.UNAUTHORIZED, at=3, times=1),
    ) as desk:
        needs_wire(desk)
        story = desk.run()
        refs = {draft.source_ref for draft in story.drafts}
        demand(len(refs) == 250, "lost", f"of 250 reports {len(refs)} have come")
        others = [error.code for error in story.troubles if not isinstance(error, SignInAgain)]
        demand(not others, "other", f"it calls the end of its credentials {', '.join(others)}")
