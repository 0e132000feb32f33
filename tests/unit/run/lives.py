"""Moves of people with whistles, for tests of whole lives."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection

from hub.model import Actor, Incident, Level, Move, Place, Whistle
from hub.run.matters.blowing import Blowing
from hub.run.matters.deciding import Deciding
from hub.run.matters.dispatch import Dispatch
from hub.store import incidents as stored
from hub.whistle.posts import posted
from hub.whistle.rules import Rules
from tests.instruments import HubInHand
from tests.unit.run.matters import incidents

ACCOUNT = "zhongxin01"
BLOWER = "jiedao01"
T = TypeVar("T")


def whistle_of(hub: HubInHand, department: str) -> str:
    """The newest whistle of a department."""
    rows = hub.rows("SELECT department, id FROM whistle ORDER BY blown_us, version")
    return str([r[1] for r in rows if r[0] == department][-1])


def place(hub: HubInHand) -> Place:
    """Where the first matter is."""
    with hub.hub.store.read() as conn:
        return next(iter(stored.load(conn, incidents(hub)[:1]).values())).place


def decide(
    hub: HubInHand,
    department: str,
    move: Move,
    reason: str = "",
    *,
    actor: Actor = Actor.CENTRE,
    seen: int | None = None,
) -> Whistle:
    """Somebody decides about the department's newest whistle, a minute later."""
    id_ = whistle_of(hub, department)
    return _deciding(hub, lambda one: one.decide(id_, move, reason, actor=actor, seen=seen))


def upgrade(hub: HubInHand, reason: str = "") -> Incident:
    """The centre raises the first matter, a minute later."""
    return _deciding(hub, lambda one: one.upgrade(incidents(hub)[0], reason))


def blow(
    hub: HubInHand,
    post: str,
    level: Level,
    department: str = "",
    *,
    rules: Rules | None = None,
    by: str = BLOWER,
    incident: str = "",
) -> tuple[Whistle, ...]:
    """A post blows for the first matter, or the one that is named, a minute later; under other rules than the pack's."""
    what = incident or incidents(hub)[0]
    return _at_post(hub, post, rules, lambda one: one.blow(what, level, department), by)


def review(
    hub: HubInHand,
    post: str,
    department: str,
    move: Move,
    reason: str = "",
    *,
    rules: Rules | None = None,
    by: str = "shenhe01",
) -> Whistle:
    """A post reviews the department's newest whistle, a minute later."""
    id_ = whistle_of(hub, department)
    return _at_post(hub, post, rules, lambda one: one.review(id_, move, reason), by)


def _deciding(hub: HubInHand, act: Callable[[Deciding], T]) -> T:
    pack = hub.hub.pack
    return _acting(hub, "centre", lambda c, d: act(Deciding(c, d, pack, by=ACCOUNT, at=hub.clock.now())))


def _at_post(hub: HubInHand, post: str, rules: Rules | None, act: Callable[[Blowing], T], by: str) -> T:
    it = hub.hub
    journey = it.journey
    if rules:  # nothing but the rules differs
        journey = copy(journey)
        journey.pack = replace(it.pack, whistles=(rules,))  # type: ignore[misc]
    return _acting(
        hub,
        "posts",
        lambda c, d: act(
            Blowing(
                c,
                d,
                journey,
                it.contracts,
                who=posted(post),
                by=by,
                at=hub.clock.now(),
            )
        ),
    )


def _acting(hub: HubInHand, role: str, act: Callable[[Connection, Dispatch], T]) -> T:
    hub.clock.pause(60)
    dispatch = hub.hub.dispatch(role)
    with hub.hub.store.write() as conn:
        done = act(conn, dispatch)
    dispatch.committed()
    return done
