"""What comes to the door of an adapter that is pushed to: forged, old, once more, too large, elsewhere.

Every request was made by the plugin's own simulator and comes again, changed. Rules: domain.md N68, N73, N86.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from hub.clock import FixedClock
from hub.errors import PeerRefused
from hub.kit.desk import Desk
from hub.kit.outcome import Failed, Level, NotApplicable, check
from hub.kit.subject import NOON, Subject, demand, ids_of
from hub.model import Draft
from hub.plugin import PeerReply, PeerRequest, Received
from hub.plugin.adapter import Receives

_NO_DOOR: Final = "its system sends nothing by itself"
_SEVERAL: Final = 12
"""Some systems push one report and show another."""
_PLAIN: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "date",
        "host",
        "user-agent",
    }
)
"""Headers that show nobody."""
_STRETCH: Final = re.compile(r"[0-9A-Za-z]{16,}")
"""A signature, a nonce, a key; nothing that says only how it was made."""
_TOO_LARGE: Final = 80 << 20
_OLD: Final = timedelta(days=2)


@check("door-stranger", Level.BRONZE, "who shows nothing of who they are is not let in")
def door_stranger(subject: Subject) -> None:
    with at_the_door(subject) as (desk, request):
        plain = {name: value for name, value in request.headers.items() if name in _PLAIN}
        stranger = replace(request, headers=plain, query="", known=False)
        demand(not _let_in(desk, stranger), "let-in", "a request without any credentials is let in")


@check("door-forged-sender", Level.BRONZE, "credentials that are not quite right open nothing")
def door_forged_sender(subject: Subject) -> None:
    with at_the_door(subject) as (desk, request):
        needed = [
            name
            for name in request.headers
            if name not in _PLAIN and not _let_in(desk, _without(request, name))
        ]
        if not needed:
            raise NotApplicable("its protocol shows who sends elsewhere than in headers")
        for name in needed:
            for almost in _almost(request.headers[name]):
                forged = replace(request, headers={**request.headers, name: almost})
                demand(not _let_in(desk, forged), "let-in", f"the header {name} may say anything")


@check(
    "door-forged-body",
    Level.SILVER,
    "a signature over another body opens nothing, where the protocol signs bodies",
)
def door_forged_body(subject: Subject) -> None:
    if not _shown(
        subject, content="另一处井盖也已经丢失", lon=120.8613, occurred_at=NOON - timedelta(minutes=45)
    ):
        raise NotApplicable("its protocol signs no bodies")
    with at_the_door(subject) as (desk, request):
        forged = replace(request, body=request.body + b" ")
        demand(not _let_in(desk, forged), "let-in", "a body is let in that was not the one that was signed")


@check(
    "door-old",
    Level.SILVER,
    "a request of the day before yesterday is refused, where the protocol has a time",
)
def door_old(subject: Subject) -> None:
    if not _shown(subject, later=timedelta(hours=1)):
        raise NotApplicable("its protocol signs no time")
    with at_the_door(subject) as (desk, request):
        desk.clock.pause(_OLD.total_seconds())
        demand(not _let_in(desk, request), "let-in", "a request that is two days old is let in")


@check("door-replayed", Level.SILVER, "a request that comes again is refused, or the same report")
def door_replayed(subject: Subject) -> None:
    with at_the_door(subject) as (desk, request):
        first = _let_in(desk, request)
        assert first is not None  # noqa: S101  it was before
        first.stored()
        again = _let_in(desk, request)
        if again is not None:
            demand(
                _drafts(desk, first) == _drafts(desk, again),
                "another",
                "a request that comes again is another report",
            )


@check("door-failed-again", Level.SILVER, "what could not be stored may come again exactly as it was")
def door_failed_again(subject: Subject) -> None:
    with at_the_door(subject) as (desk, request):
        for _ in range(3):
            demand(
                _let_in(desk, request) is not None,
                "used-up",
                "a request that was answered with a failure is refused when it comes again: the report is lost",
            )


@check("door-failure-said", Level.BRONZE, "where storing fails, the sender is not told that it went well")
def door_failure_said(subject: Subject) -> None:
    with at_the_door(subject) as (desk, request):
        received = _let_in(desk, request)
        assert received is not None  # noqa: S101  it was before
        demand(received.failed.status >= 400, "thanked", "it answers with success what was not stored")
        demand(received.failed != received.reply, "same", "it answers the same whether it was stored or not")


@check("door-elsewhere", Level.BRONZE, "paths and methods that the protocol does not have are refused")
def door_elsewhere(subject: Subject) -> None:
    with at_the_door(subject) as (desk, request):
        others = (
            replace(request, path=f"{request.path}/nowhere"),
            replace(request, path="/nowhere"),
            replace(request, method="DELETE"),
        )
        for other in others:
            demand(not _let_in(desk, other), "let-in", f"{other.method} {other.path[:40]} is let in")


@check("door-oversize", Level.BRONZE, "a body of 80 MB is not taken")
def door_oversize(subject: Subject) -> None:
    with at_the_door(subject) as (desk, request):
        large = replace(request, body=request.body + b" " * (_TOO_LARGE - len(request.body)))
        demand(not _let_in(desk, large), "let-in", "a body of 80 MB is let in")


@check("door-garbage", Level.BRONZE, "whatever comes to the door, the answer is one of the protocol's")
def door_garbage(subject: Subject) -> None:
    with at_the_door(subject) as (desk, request):
        for body in (b"", b"\x00" * 64, b"{", b"<", b"PK\x03\x04", request.body[: len(request.body) // 2]):
            _let_in(desk, replace(request, body=body))
        for headers in (
            {},
            dict.fromkeys(request.headers, ""),
            dict.fromkeys(request.headers, "\xff" * 5000),
        ):
            _let_in(desk, replace(request, headers=headers))
        _let_in(desk, replace(request, query="&".join(["a=1"] * 500), path="/%00/../..", method="GET"))


# --- at the door


@contextmanager
def at_the_door(subject: Subject) -> Iterator[tuple[Desk, PeerRequest]]:
    """A desk, and a request that would be let in; it has not been, since storing it failed."""
    subject.needs(Receives, why=_NO_DOOR)
    with subject.at_desk(
        *(subject.says(number) for number in range(1, _SEVERAL + 1)), door_keeps=False
    ) as desk:
        yield desk, _first(desk)


def _first(desk: Desk) -> PeerRequest:
    """The first request that carries something."""
    door = desk.door
    assert door is not None  # noqa: S101  it receives
    desk.run(until=lambda: bool(door.turned_away) or desk.simulator.done())
    if not door.turned_away:
        raise NotApplicable(_NO_DOOR)
    return door.turned_away[0]


def _let_in(desk: Desk, request: PeerRequest) -> Received | None:
    """What was let in; None where the request was refused. Raises Failed `crashed`, and `kept` where what is refused
    would be stored all the same."""
    try:
        received = desk.receive(request)
    except PeerRefused as error:
        demand(error.status >= 400, "thanked", "it refuses a request with a status of success")
        return None
    except Exception as error:
        raise Failed("crashed", f"it raised {type(error).__name__} at a request") from None
    if received.bodies and _is_refusal(received.reply):
        raise Failed("kept", "it refuses a request and has it stored")
    return received if received.bodies else None


def _is_refusal(reply: PeerReply) -> bool:
    """Whether the sender is told that they may not; what cannot be read is taken, and its sender told so (422)."""
    return reply.status in (401, 403, 404, 405, 413)


def _without(request: PeerRequest, name: str) -> PeerRequest:
    return replace(request, headers={one: value for one, value in request.headers.items() if one != name})


def _almost(value: str) -> Iterator[str]:
    """The same but for one letter or digit: the last one of each long stretch, or of the whole."""
    ends = [found.end() - 1 for found in _STRETCH.finditer(value)]
    for at in ends or [found.end() - 1 for found in re.finditer(r"\w+", value)][-1:]:
        yield value[:at] + ("1" if value[at] == "0" else "0") + value[at + 1 :]


def _shown(subject: Subject, *, later: timedelta = timedelta(), **changes: Any) -> bool:
    """Whether what a sender shows depends on this: on the hour, or on what is said. Asked of the simulator, twice where
    nothing changes: what differs even then proves nothing, and counts as dependent."""
    plain, other = _headers(subject, NOON), _headers(subject, NOON + later, **changes)
    return plain != other


def _headers(subject: Subject, now: Any, **changes: Any) -> Mapping[str, str]:
    subject.needs(Receives, why=_NO_DOOR)
    said = [subject.says(number, **changes) for number in range(1, _SEVERAL + 1)]
    with subject.at_desk(*said, clock=FixedClock(now), door_keeps=False) as desk:
        request = _first(desk)
    return {name: value for name, value in request.headers.items() if name not in _PLAIN}


def _drafts(desk: Desk, received: Received) -> list[tuple[str, str]]:
    told = [desk.judged(body) for body in received.bodies]
    return ids_of([draft for one in told for draft in one.drafts if isinstance(draft, Draft)])
