"""What a matter's departments know of it, for tests of what happens after the first call."""

from typing import Any

import orjson

from hub.access.exits import Exit
from hub.run.care.doctor import Doctor
from hub.run.matters.relinking import Relinking
from hub.whistle.lifecycle import ACTIVE, OVER
from tests.instruments import HubInHand

DONE = {"outcome": "done", "measure": "已更换管段"}


def whistles(hub: HubInHand) -> dict[str, str]:
    """Department → the state of its newest whistle."""
    return dict(hub.rows("SELECT department, state FROM whistle ORDER BY blown_us, version"))


def on(hub: HubInHand, incident: str) -> set[tuple[str, str]]:
    """(department, state) of every whistle of one incident."""
    rows = hub.rows("SELECT incident_id, department, state FROM whistle")
    return {(r[1], r[2]) for r in rows if r[0] == incident}


def told(hub: HubInHand, department: str) -> list[tuple[str, str]]:
    """(type, reason) of every message to a department, in order, by whichever channel."""
    topic = f"grid.whistles.{department}"
    messages = [r[1] for r in hub.rows("SELECT topic, value FROM message ORDER BY seq") if r[0] == topic]
    parsed = [*map(orjson.loads, messages), *told_now(hub, department)]
    return [(one["type"].removeprefix("grid."), one["data"].get("reason", "")) for one in parsed]


def told_now(hub: HubInHand, department: str) -> list[dict[str, Any]]:
    """Every message to a department that fetches them, as it would be told now."""
    rows = hub.rows("SELECT department, message_id, whistle_id FROM delivery ORDER BY seq")
    waiting = {r[1]: r[2] for r in rows if r[0] == department}
    telling = hub.hub.telling
    with hub.hub.store.write() as conn:
        now = telling.again(conn, waiting, through=Exit.HTTP_PULL, at=hub.clock.now())
    return [orjson.loads(one.message) for one in now.values()]


def desk(hub: HubInHand) -> list[tuple[str, str]]:
    """(incident, reason) of what waits at the desk."""
    return [
        (r[0], r[1]) for r in hub.rows("SELECT incident_id, reason FROM fallback WHERE resolved_us IS NULL")
    ]


def incidents(hub: HubInHand) -> list[str]:
    """Every incident, in the order they were opened."""
    return [r[0] for r in hub.rows("SELECT id FROM incident ORDER BY opened_us, id")]


def matter(hub: HubInHand, ref: str) -> str:
    """The incident that the report of this number is joined to now."""
    (key,) = keys_of(hub, ref)
    rows = hub.rows("SELECT event_key, incident_id FROM link WHERE undone_us IS NULL")
    return next(str(r[1]) for r in rows if r[0] == key)


def keys_of(hub: HubInHand, ref: str) -> set[str]:
    """Keys of the reports whose own number this is, not of those that name it."""
    bodies = [orjson.loads(r[0]) for r in hub.rows("SELECT body FROM event")]
    return {str(one["key"]) for one in bodies if one["source_ref"] == ref}


def report(hub: HubInHand, department: str, *moves: str) -> None:
    """The department makes these moves with its newest whistle."""
    rows = hub.rows("SELECT department, id FROM whistle WHERE state != 'cancelled' ORDER BY blown_us")
    whistle = [r[1] for r in rows if r[0] == department][-1]
    for move in moves:
        said: dict[str, Any] = {"nonce": f"{whistle[:20]}-{move}-{hub.clock.now().timestamp()}", "move": move}
        if move == "return":
            said |= {"reason_code": "NOT_MY_DUTY", "note": "不属本单位职责。"}
        if move == "result":
            said |= {"form": DONE}
        hub.hub.reporting.take(department, whistle, said, hub.clock.now())


def link(hub: HubInHand, source: str, target: str) -> None:
    """A person merges `source` into `target`."""
    dispatch = hub.hub.dispatch("review")
    with hub.hub.store.write() as conn:
        Relinking(conn, dispatch, by="desk", at=hub.clock.now()).merge(source, target)


def part(hub: HubInHand, source: str, target: str) -> None:
    """A person undoes that."""
    dispatch = hub.hub.dispatch("review")
    with hub.hub.store.write() as conn:
        Relinking(conn, dispatch, by="desk", at=hub.clock.now()).unmerge(source, target)


def unlink(hub: HubInHand, ref: str) -> str:
    """A person takes the report of this number out of its matter; gives back the matter it opens."""
    (key,) = keys_of(hub, ref)
    dispatch = hub.hub.dispatch("review")
    with hub.hub.store.write() as conn:
        return Relinking(conn, dispatch, by="desk", at=hub.clock.now()).unlink(key).id


def announced(hub: HubInHand, incident: str) -> list[tuple[int, str]]:
    """(version, state) of one incident as the compacted topic told it."""
    rows = hub.rows("SELECT key, value FROM message WHERE topic = 'grid.incidents' ORDER BY seq")
    data = [orjson.loads(r[1])["data"] for r in rows if r[0] == incident]
    return [(one["version"], one["state"]) for one in data]


def is_sound(hub: HubInHand) -> bool:
    """No department has two whistles at work for one matter, and no live open matter is with nobody."""
    known = hub.rows("SELECT incident_id, department, role, state FROM whistle")
    open_calls = [(r[0], r[1]) for r in known if r[3] not in OVER]
    doubled = len(open_calls) > len(set(open_calls))
    at_it = {r[0] for r in known if r[2] == "lead" and r[3] in ACTIVE}
    open_ = {r[0] for r in hub.rows("SELECT id FROM incident WHERE state = 'open'")}
    return not doubled and open_ <= at_it | {one for one, _ in desk(hub)}


def findings(hub: HubInHand, code: str) -> list[dict[str, Any]]:
    """The facts of what the doctor says under this code."""
    with hub.hub.store.read() as conn:
        found = Doctor(hub.hub.pack, (), hub.clock.now()).findings(conn)
    return [dict(one.facts) for one in found if one.code == code]
