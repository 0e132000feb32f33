"""Systems that one stays connected to, and that keep what was not acknowledged. Rules: domain.md N71, N74, N75; invariant 2."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from hub.errors import HubError
from hub.kit.cable import Cable
from hub.kit.checks.levers import needs_failure
from hub.kit.desk import Desk
from hub.kit.outcome import Failed, Level, NotApplicable, check
from hub.kit.subject import NOON, Subject, demand
from hub.model import Stage
from hub.plugin.adapter import Reads

_MANY: Final = 5
_FLAPS: Final = 60
_NOT_READ: Final = "it is not read page by page"
_LONGEST_S: Final = 20.0
"""Real seconds that one turn may take while nobody answers."""


@check(
    "acknowledged-when-stored",
    Level.SILVER,
    "what was taken and not stored is still its system's to send again",
)
def acknowledged_when_stored(subject: Subject) -> None:
    with _connected(subject, *_said(subject)) as (desk, cable):
        desk.unstored()
        cable.cut()
        desk.run()
        _all_came(desk, "what it had taken before the connection broke does not come again")


@check("stored-is-acknowledged", Level.SILVER, "what is stored is acknowledged, and comes no more")
def stored_is_acknowledged(subject: Subject) -> None:
    with _connected(subject, *_said(subject)) as (desk, cable):
        desk.run()
        for _ in range(3):
            cable.cut()
            desk.clock.pause(60.0)
            desk.run()
        found = len(desk.story.drafts)
        demand(found == _MANY, "again", f"{_MANY} reports have come as {found} over three connections")


@check("line-cut", Level.SILVER, "a connection that breaks again and again loses nothing")
def line_cut(subject: Subject) -> None:
    late = [subject.says(10 + at, at=NOON + timedelta(seconds=10 * at)) for at in range(1, 4)]
    with _connected(subject, *_said(subject), *late) as (desk, cable):
        for one in late:
            desk.run(until=lambda: bool(desk.story.bodies))
            cable.cut()
            desk.clock.pause(max(0.0, (one.at - desk.clock.now()).total_seconds()))
        desk.run()
        _all_came(desk, "some of what was said while the connection was gone has not come", _MANY + len(late))


@check(
    "line-silent",
    Level.SILVER,
    "a system that takes the connection and says nothing is not waited for without end",
)
def line_silent(subject: Subject) -> None:
    with _connected(subject, *_said(subject)) as (desk, cable):
        cable.silent = True
        began = time.monotonic()
        desk.step()
        demand(time.monotonic() - began < _LONGEST_S, "waits", "one turn takes longer than twenty seconds")
        codes = {error.code for error in desk.story.troubles}
        demand(bool(codes), "hidden", "it says nothing of the trouble: an ill source looks like a silent one")
        cable.silent = False
        desk.run()
        _all_came(desk, "once the system answered again, not everything has come")


@check("session-refused", Level.SILVER, "a system that refuses the account is told as that, and tried again")
def session_refused(subject: Subject) -> None:
    _endures(subject, "signed_out", "S106")


@check("session-busy", Level.SILVER, "a system that takes no more connections now is tried later")
def session_busy(subject: Subject) -> None:
    _endures(subject, "busy", "S102", "S105")


@check("two-workers", Level.SILVER, "a worker that lost its place takes nothing from the one that has it")
def two_workers(subject: Subject) -> None:
    subject.needs(Reads, why=_NOT_READ)
    late = [subject.says(10 + at, at=NOON + timedelta(seconds=30)) for at in range(1, 4)]
    with subject.at_desk(*_said(subject), *late) as desk:
        desk.unstored()
        left = desk.replaced()
        try:
            desk.run(until=lambda: len(desk.story.bodies) >= _MANY)
            _reads_on(left)
            desk.clock.pause(60.0)
            desk.run()
        finally:
            left.close()
        _all_came(desk, "what the other one had taken is lost", _MANY + len(late))


@check(
    "flapping", Level.SILVER, "a device that alarms all night is read to its last alarm, and stays one device"
)
def flapping(subject: Subject) -> None:
    said = [
        subject.says(
            at,
            occurred_at=NOON - timedelta(minutes=30, seconds=-20 * at),
            stage=Stage.CLOSED if at % 2 else Stage.RECEIVED,
        )
        for at in range(1, _FLAPS + 1)
    ]
    drafts = subject.story(*said).drafts
    devices = {draft.device_ref for draft in drafts}
    if devices <= {""}:
        raise NotApplicable("its system knows no devices")
    found = len({draft.source_ref for draft in drafts})
    demand(found == _FLAPS, "lost", f"of {_FLAPS} alarms {found} have come")
    demand(len(devices) == 1, "other", f"the alarms of one device are told of {len(devices)}")


@contextmanager
def _connected(subject: Subject, *said: Any, **how: Any) -> Iterator[tuple[Desk, Cable]]:
    subject.needs(Reads, why=_NOT_READ)
    with subject.at_desk(*said, **how) as desk:
        if not desk.cables:
            raise NotApplicable("it does not stay connected to its system")
        yield desk, desk.cables[0]


def _endures(subject: Subject, failure: str, *codes: str) -> None:
    """The failure is told by one of `codes`, and then everything comes."""
    with _connected(subject, *_said(subject), failures=(failure,)) as (desk, _):
        needs_failure(subject, failure, why="its simulator does not play it")
        story = desk.run()
        _all_came(desk, "after the trouble was over, not everything has come")
        found = {error.code for error in story.troubles}
        demand(bool(found), "hidden", "it says nothing of the trouble: an ill source looks like a silent one")
        demand(bool(found & set(codes)), "other", f"it calls the trouble {', '.join(sorted(found))}")


def _said(subject: Subject) -> list[Any]:
    return [subject.says(number) for number in range(1, _MANY + 1)]


def _all_came(desk: Desk, said: str, count: int = _MANY) -> None:
    found = {draft.source_ref for draft in desk.story.drafts}
    demand(len(found) == count, "lost", f"{said}: {len(found)} of {count}")


def _reads_on(left: Any) -> None:
    """It does not know yet that it lost its place. What it reads is stored by nobody; what it raises is a state."""
    try:
        left.read("")
    except HubError:
        return
    except Exception as error:  # foreign code
        raise Failed(
            "crashed", f"it raised {type(error).__name__}, which is none of the hub's errors"
        ) from None
