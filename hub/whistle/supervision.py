"""The lives of what supervision writes down, as three small tables: a card and its appeal, what a department has to
answer for, and a matter that is agreed to wait (挂账).

Pure. Like the table of whistles: a turn that is not in it is refused, and the refusal names those that are open. Facts
stay as they are; only a state moves, and every turn stands in the history.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from hub.errors import Refused
from hub.model import Actor
from hub.whistle.cardrules import Card, Follow, Measure
from hub.whistle.cards import Hold


class State(StrEnum):
    """Where a card, a measure or a deferral stands."""

    STANDING = "standing"
    APPEALED = "appealed"
    """申诉待初审."""
    REVIEWED = "reviewed"
    """初审已毕，待复审."""
    KEPT = "kept"
    """Two reviews left it as it was."""
    WITHDRAWN = "withdrawn"
    """Two reviews took it back: it does not count, the fact stays (N41)."""
    VOID = "void"
    """Its calculation does not reproduce."""
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    DROPPED = "dropped"
    """A card that it rested on was taken back."""
    PROPOSED = "proposed"
    AGREED = "agreed"
    RENEWING = "renewing"
    """Agreed, and one person wants it to wait on; another one has not agreed yet."""
    ENDED = "ended"


class Turn(StrEnum):
    """What can be done with it."""

    APPEAL = "appeal"
    REVIEW = "review"
    """初审: a first word, which decides nothing yet."""
    KEEP = "keep"
    WITHDRAW = "withdraw"
    VOID = "void"
    ANSWER = "answer"
    CLOSE = "close"
    DROP = "drop"
    AGREE = "agree"
    RENEW = "renew"
    CARRY = "carry"
    """Its matter went into another, or came back from it: what was agreed of the problem goes along."""
    END = "end"


_HUB: Final = frozenset({Actor.HUB, Actor.CENTRE})
_CENTRE: Final = frozenset({Actor.CENTRE})
_ANSWERS: Final = frozenset({Actor.DEPARTMENT, Actor.CENTRE})
Way = tuple[State, frozenset[Actor]]
TABLE: Final[Mapping[tuple[State, Turn], Way]] = {
    (State.STANDING, Turn.APPEAL): (State.APPEALED, frozenset({Actor.DEPARTMENT})),
    (State.APPEALED, Turn.REVIEW): (State.REVIEWED, _CENTRE),
    (State.REVIEWED, Turn.KEEP): (State.KEPT, _CENTRE),
    (State.REVIEWED, Turn.WITHDRAW): (State.WITHDRAWN, _CENTRE),
    **{
        (state, Turn.VOID): (State.VOID, _HUB)
        for state in (State.STANDING, State.APPEALED, State.REVIEWED, State.KEPT)
    },
    (State.OPEN, Turn.ANSWER): (State.ANSWERED, _ANSWERS),
    (State.ANSWERED, Turn.ANSWER): (State.ANSWERED, _ANSWERS),
    (State.ANSWERED, Turn.CLOSE): (State.CLOSED, _CENTRE),
    (State.OPEN, Turn.DROP): (State.DROPPED, _HUB),
    (State.ANSWERED, Turn.DROP): (State.DROPPED, _HUB),
    (State.PROPOSED, Turn.AGREE): (State.AGREED, _CENTRE),
    (State.PROPOSED, Turn.END): (State.ENDED, _HUB),
    (State.AGREED, Turn.RENEW): (State.RENEWING, _CENTRE),
    (State.RENEWING, Turn.RENEW): (State.RENEWING, _CENTRE),
    (State.RENEWING, Turn.AGREE): (State.AGREED, _CENTRE),
    **{(state, Turn.CARRY): (state, frozenset({Actor.HUB})) for state in (State.AGREED, State.RENEWING)},
    **{(state, Turn.END): (State.ENDED, _HUB) for state in (State.AGREED, State.RENEWING)},
}
"""(state, turn) → where it leads, and who may make it."""
COUNTING: Final = frozenset({State.STANDING, State.APPEALED, State.REVIEWED, State.KEPT})
"""States in which a card stands against its department."""
IN_FORCE: Final = frozenset({State.AGREED, State.RENEWING})
"""States in which a matter is agreed to wait."""
_SAYS_UNTIL: Final = frozenset({Turn.AGREE, Turn.RENEW, Turn.END})
LASTING: Final = frozenset({State.OPEN, State.ANSWERED, State.CLOSED})
"""States in which a measure uses up the cards that it rests on."""


class Trigger(StrEnum):
    """督办 triggers (domain.md 3.4), and cards."""

    REFUSED = "refused"
    """Refused to receive."""
    OVERDUE = "overdue"
    UNSOLVED = "unsolved"
    """Should be solved but is not."""
    POOR = "poor"
    """Poor handling with bad effect."""
    CARDS = "cards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """One turn that was made, for the history. `version` is the subject's after it."""

    subject_id: str
    version: int
    turn: Turn
    actor: Actor
    by: str
    """Department or account; "" where the hub did."""
    at: datetime
    before: State
    after: State
    reason_code: str = ""
    until: datetime | None = None
    """Of a deferral, until when it waits from then on; of RENEW, until when it is asked to."""
    nonce: str = ""
    """Digest of the department's own number for its appeal: a retry changes nothing."""


def turned(
    subject_id: str,
    state: State,
    version: int,
    turn: Turn,
    *,
    actor: Actor,
    by: str,
    at: datetime,
    reason_code: str = "",
    until: datetime | None = None,
    nonce: str = "",
) -> Turned:
    """The turn, one version on. Raises Refused W131, whose fact `allowed` names the turns that are open to `actor`."""
    way = TABLE.get((state, turn))
    if way is None or actor not in way[1]:
        raise Refused("W131", allowed=", ".join(open_turns(state, actor)) or "-")
    return Turned(
        subject_id=subject_id,
        version=version + 1,
        turn=turn,
        actor=actor,
        by=by,
        at=at,
        before=state,
        after=way[0],
        reason_code=reason_code,
        until=until,
        nonce=nonce,
    )


def open_turns(state: State, actor: Actor) -> tuple[Turn, ...]:
    """The turns that `actor` can make from `state`, in the order of `Turn`."""
    return tuple(turn for turn in Turn if (way := TABLE.get((state, turn))) and actor in way[1])


@dataclass(frozen=True, slots=True)
class Held:
    """A card as follow-ups count it."""

    id: str
    card: Card
    at: datetime
    """When it fell due."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """A measure that follows from cards: by which rule, on which of them."""

    follow: Follow
    cards: tuple[str, ...]


def follows_due(
    held: Iterable[Held],
    follows: Sequence[Follow],
    used: Mapping[Measure, Collection[str]],
    until: Callable[[Follow, datetime], datetime],
) -> tuple[Grounds, ...]:
    """The measures that a department's cards lead to, and that none led to before: each rests on the oldest cards that
    it can, and no card serves twice for measures of one kind.

    `used`: cards that measures of that kind rest on; `until`: the end of a rule's time for cards that count together,
    from the first of them.
    """
    cards = sorted(held, key=lambda one: (one.at, one.id))
    spent = {kind: set(used.get(kind, ())) for kind in Measure}
    found: list[Grounds] = []
    for follow in follows:
        free = [one for one in cards if one.card is follow.card and one.id not in spent[follow.then]]
        while len(free) >= follow.count:
            some, ends_at = free[: follow.count], until(follow, free[0].at)
            if some[-1].at <= ends_at:
                found.append(Grounds(follow, tuple(one.id for one in some)))
                spent[follow.then].update(one.id for one in some)
                free = free[follow.count :]
            else:
                free = free[1:]
    return tuple(found)


def holds_of(words: Sequence[tuple[datetime, datetime]]) -> tuple[Hold, ...]:
    """Times of waiting from what was agreed, in order: (when it was said, until when it waits from then on). A later
    word takes the place of the one before it; one that waits until it was said ends it."""
    found: list[Hold] = []
    for index, (at, until) in enumerate(words):
        ends_at = min([until, *(said for said, _ in words[index + 1 : index + 2])])
        if ends_at > at:
            found.append(Hold(at, ends_at))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Waits:
    """The times in which one matter was agreed to wait; `carried`: those that came along with another matter, of which
    a card from before does not know."""

    holds: tuple[Hold, ...] = ()
    carried: frozenset[Hold] = frozenset()


def waits_of(deferrals: Iterable[Sequence[Turned]]) -> Waits:
    """What the turns of a matter's deferrals, each first to last, say of it."""
    own: set[Hold] = set()
    carried: set[Hold] = set()
    for turns in deferrals:
        is_carried = any(one.turn is Turn.CARRY for one in turns)
        (carried if is_carried else own).update(holds_of(list(_agreed(turns))))
    every = sorted(own | carried, key=lambda one: (one.begins_at, one.ends_at))
    return Waits(tuple(every), frozenset(carried - own))


def _agreed(turns: Iterable[Turned]) -> Iterator[tuple[datetime, datetime]]:
    """What was agreed, when and until when. A renewal that one account could make by itself led back to AGREED: what
    was agreed so before two had to stays."""
    for one in turns:
        if one.turn in _SAYS_UNTIL and one.after is not State.RENEWING and one.until is not None:
            yield one.at, one.until


def asked_in(turns: Sequence[Turned]) -> Turned | None:
    """The last wish that the matter may wait on; None where there is none."""
    return next((one for one in reversed(turns) if one.turn is Turn.RENEW), None)


def came_from(turns: Sequence[Turned]) -> str:
    """The matter from which a deferral came along last; "" where it was agreed for the one that it stands with."""
    return next((one.reason_code for one in reversed(turns) if one.turn is Turn.CARRY), "")
