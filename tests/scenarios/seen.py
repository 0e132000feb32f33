"""What somebody can see of a story's matter at a moment, in the shape in which `life.yaml` expects it.

`matter`, `whistles` and `history` are compared in what the story speaks of; everything else whole: who is not named in
`told` was told nothing since the story asked last.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from hub.clock import SHANGHAI
from hub.run.exits.telling import BLOWN, CALLED_OFF
from hub.store import incidents, steps, whistles
from tests.scenarios.doors import Doors


class Seen:
    """Remembers what was looked at already."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._answers = 0
        self._looks: Final[Mapping[str, Callable[[Any], Any]]] = {
            "matter": self._matter,
            "whistles": self._whistles,
            "told": self._told,
            "answered": self._answered,
            "overdue": self._overdue,
            "desk": self._desk,
            "history": self._history,
            "cards": self._cards,
            "measures": self._measures,
            "score": self._score,
        }

    def like(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """What is there of what is wanted; equal to it where the story is right."""
        return {name: self._looks[name](one) for name, one in wanted.items() if name != "refused"}

    def _matter(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        id_ = self._doors.matter()
        with self._doors.hub.hub.store.read() as conn:
            one = incidents.load(conn, [id_])[id_]
        return {name: getattr(one, name) for name in wanted}

    def _whistles(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        return {department: self._whistle(department, fields) for department, fields in wanted.items()}

    def _whistle(self, department: str, wanted: Mapping[str, Any]) -> dict[str, Any] | None:
        id_ = self._doors.whistle_of(department)
        with self._doors.hub.hub.store.read() as conn:
            one = whistles.load(conn, [id_]).get(id_)
        if one is None:
            return None
        due = {each.step: _minute(each.due_at) for each in one.deadlines}
        managed = {each.step: _minute(each.counts_at) for each in one.deadlines}
        told = {
            "state": one.state.value,
            "level": one.level.value,
            "role": one.role.value,
            "round": one.round,
            "blown_by": one.blown_by,
            "due": {step: due.get(step) for step in wanted.get("due", ())},
            "managed": {step: managed.get(step) for step in wanted.get("managed", ())},
            "waits_until": _minute(one.paused_until),
        }
        return {name: told[name] for name in wanted}

    def _told(self, _: Any) -> dict[str, list[str]]:
        """Department → what it has fetched since the last look."""
        found = {
            one: [_word(message) for message in self._doors.fetch(one)] for one in self._doors.departments
        }
        return {department: some for department, some in found.items() if some}

    def _answered(self, _: Any) -> dict[str, list[str]]:
        """The reporter's own number → stages that the source is told since the last look."""
        rows = self._doors.hub.rows("SELECT body FROM answer ORDER BY source, seq")
        found: dict[str, list[str]] = defaultdict(list)
        for (body,) in rows[self._answers :]:
            answer = orjson.loads(body)
            found[answer["source_ref"]].append(answer["stage"])
        self._answers = len(rows)
        return dict(found)

    def _overdue(self, _: Any) -> dict[str, list[str]]:
        """Department → steps that count as late, in the order in which they were due."""
        rows = self._doors.hub.rows(
            "SELECT department, step FROM overdue JOIN whistle ON whistle.id = overdue.whistle_id "
            "WHERE excused = '' ORDER BY overdue.due_us, step"
        )
        found: dict[str, list[str]] = defaultdict(list)
        for department, step in rows:
            found[department].append(step)
        return dict(found)

    def _desk(self, _: Any) -> list[str]:
        """Why the matter waits at the centre's desk; empty where it does not."""
        return [r[0] for r in self._doors.hub.rows("SELECT reason FROM fallback WHERE resolved_us IS NULL")]

    def _history(self, wanted: Mapping[str, Any]) -> dict[str, list[str]]:
        """Department → moves of its newest whistle."""
        ids = {department: self._doors.whistle_of(department) for department in wanted}
        with self._doors.hub.hub.store.read() as conn:
            made = steps.of_whistles(conn, ids.values())
        return {name: [one.step.move.value for one in made.get(id_, [])] for name, id_ in ids.items()}

    def _cards(self, _: Any) -> dict[str, list[str]]:
        """Department → cards that stand against it: colour and step."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self._doors.figures("card", "list", "--state", "standing")["cards"]:
            found[one["department"]].append(f"{one['kind']} {one['step']}")
        return {department: sorted(some) for department, some in found.items()}

    def _measures(self, _: Any) -> dict[str, list[str]]:
        """Department → what it has to answer for."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self._doors.figures("supervise", "list")["records"]:
            found[one["department"]].append(str(one["kind"]))
        return {department: sorted(some) for department, some in found.items()}

    def _score(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Department → the score of the last round of its newest whistle."""
        told = {one: self._doors.figures("mark", "list", self._doors.whistle_of(one)) for one in wanted}
        return {one: figures["rounds"][-1]["score"] for one, figures in told.items()}


def _word(message: Mapping[str, Any]) -> str:
    """`called`, `changed`, `called_off` and why; for any other message what sort it is."""
    if message["type"] == BLOWN:
        return "called" if ":" not in message["id"] else "changed"
    if message["type"] == CALLED_OFF:
        return f"called_off {message['data']['reason']}"
    return str(message["type"]).removeprefix("grid.").removesuffix(".v1")


def _minute(at: datetime | None) -> str | None:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else None
