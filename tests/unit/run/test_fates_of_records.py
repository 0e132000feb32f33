"""Whatever comes in whatever order: a record's fate is the first that applies of held, dead, published, linked
over everything it holds; also after its hold was released, and after it was read again.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.model import Draft
from hub.store import records
from tests.instruments import HubInHand
from tests.unit.run.sources import Meaning, pipe

Part = tuple[str, int]
"""What a part of a record is, and which of three matters it is about."""

KINDS: Final = ("create", "update", "doubtful", "unreadable")
PARTS = st.tuples(st.sampled_from(KINDS), st.integers(0, 2))
RECORDS = st.lists(PARTS, min_size=1, max_size=3).map(tuple)
STEPS = st.lists(st.one_of(RECORDS, st.just("settle"), st.just("replay")), min_size=1, max_size=7)


def draft_of(hub: HubInHand, part: Part) -> Draft:
    """A part as a plugin would say it; two records that hold the same part say the same report."""
    kind, matter = part
    draft = pipe(hub, f"M{matter}", matter)
    if kind == "update":
        return replace(draft, is_update=True, content="补充：还在漏。")
    if kind == "doubtful":
        return replace(draft, source_ref=f"T{matter}", title="测试工单，请勿派")
    return replace(draft, source_ref="") if kind == "unreadable" else draft


def played(hub: HubInHand, steps: list[Any]) -> dict[bytes, tuple[Part, ...]]:
    """Plays the steps to their end; returns what each body held."""
    bodies: dict[bytes, tuple[Part, ...]] = {}
    means: dict[bytes, list[Draft]] = {}
    hub.adapter = Meaning(means)
    for step in [*steps, "settle"]:
        hub.clock.pause(1)
        if step == "settle":
            hub.settle()
        elif step == "replay":
            with hub.hub.store.write() as conn:
                records.replay(conn, [r[0] for r in hub.rows("SELECT id FROM record WHERE fate = 'held'")])
        else:
            body = f"record {len(bodies)}".encode()
            bodies[body] = step
            means[body] = [draft_of(hub, part) for part in step]
            hub.tell(body)
    return bodies


def expected(parts: tuple[Part, ...], created: set[int], opened: bool) -> str:
    """The fate by the rule, from what is known without asking the hub: which matters have been created."""
    if any(kind == "doubtful" or (kind == "update" and n not in created) for kind, n in parts):
        return "held"
    if any(kind == "unreadable" for kind, _ in parts):
        return "dead"
    return "published" if opened else "linked"


TWO_PARTS_ONE_WAITS: Final = [(("create", 0), ("update", 1)), "settle", (("create", 1),)]


@pytest.mark.nasty("N03", "N13")
@settings(max_examples=12, deadline=None)
@example(steps=TWO_PARTS_ONE_WAITS)
@example(steps=[*TWO_PARTS_ONE_WAITS[:2], "replay", *TWO_PARTS_ONE_WAITS[1:]])
@example(steps=[(("create", 0), ("create", 0), ("update", 1)), "settle", (("create", 1), ("create", 0))])
@given(steps=STEPS)
def test_a_records_fate_is_the_first_that_applies_of_all_it_holds(steps: list[Any]) -> None:
    with TemporaryDirectory() as place:
        hub = HubInHand(Path(place))
        bodies = played(hub, steps)
        created = {n for parts in bodies.values() for kind, n in parts if kind == "create"}
        openers = {r[0] for r in hub.rows("SELECT record_id FROM event WHERE fate = 'published'")}
        stored = hub.rows("SELECT id, fate FROM record ORDER BY received_us")
        hub.close()
    right = [expected(p, created, r[0] in openers) for r, p in zip(stored, bodies.values(), strict=True)]
    assert right == [r[1] for r in stored]
