"""A copy is taken under load, the hub dies, and another place goes on from the copy: nothing is lost, nothing doubled.

What was pushed before the copy is not pushed again; what is pushed later, the other place hears.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import pytest

from hub.access.vault import Vault
from hub.bus import embedded
from hub.crew import WORKERS
from hub.run.care import backup as copying
from hub.run.keys.keyfile import open_keys
from hub.run.sources.reception import SEALED_AT
from hub.store import keys
from tests.conftest import Servers
from tests.drills import lines, lying
from tests.drills.rehearsal import SEED, Where, close
from tests.drills.stack import Stack, stack_at
from tests.drills.toll import Toll
from tests.instruments import demo_pack

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]

MATTERS = 30
FIRST = [one for one in WORKERS if one != "clockwork"]
"""At the first place: an hour is six seconds here, and what was sent over an hour ago clockwork lets go, so that
another cluster would not have it. Here every message must come there."""


@dataclass(frozen=True, slots=True)
class Move:
    """From one place to another: the first has heard of half the pushes, the second of the others."""

    first: Stack
    second: Stack
    truth: lines.Truth
    copy: Path


@contextmanager
def move(place: Path, here: Where, there: Where) -> Iterator[Move]:
    """Both places on one scenario clock, neither of them started."""
    truth = lines.make(demo_pack(), matters=MATTERS, seed=SEED)
    half = len(truth.pushes) // 2
    with (
        at(place / "a", here, replace(truth, pushes=truth.pushes[:half])) as first,
        at(place / "b", there, replace(truth, pushes=truth.pushes[half:])) as second,
    ):
        yield Move(first, second, truth, place / "copy")


@contextmanager
def at(place: Path, where: Where, truth: lines.Truth) -> Iterator[Stack]:
    """A stack in a directory of its own."""
    place.mkdir()
    with stack_at(place, truth, store=where.store, bus=where.bus, prefix=where.prefix) as stack:
        yield stack


def copy_under_load(drill: Move) -> copying.Manifest:
    """Starts the hub, copies it in the middle of the load, lets it go on for a while and kills it."""
    stack, truth = drill.first, drill.truth
    stack.start("hub", FIRST)
    pushes = len(truth.pushes) // 2
    stack.wait(lambda: len(stack.called.heard) >= pushes, "what was pushed was called")
    assert stack.called.is_through()
    stack.feed(truth.portion(0, 2))
    stack.wait_for(len(truth.lines) // 2)
    settings = stack.hub.settings
    told = copying.backup(
        stack.hub.store,
        settings.home,
        settings.keys_file,
        into=drill.copy,
        keys_into=keys_of(drill.copy),
        origin=copying.Origin(hub="test", made_at="", bus=stack.hub.bus.identity(), pack="demo"),
    )
    stack.feed(truth.portion(1, 2))
    stack.wait_for(len(truth.lines) + 20)  # more than there was to do before the copy
    stack.kill("hub")
    assert 0 < told.counts["whistles"]
    assert 0 < told.counts["records"] < stack.hub.account()["records"]
    return told


def keys_of(copy: Path) -> Path:
    """Where the keys of a copy lie: beside it."""
    return copy.parent / "keys.toml"


def bring_back(drill: Move) -> None:
    """The copy, into the second place, which nobody has touched yet."""
    hub = drill.second.hub
    settings = hub.settings
    copying.restore(
        drill.copy,
        keys_of(drill.copy),
        store_url=settings.store_url,
        home=settings.home,
        keys_into=settings.keys_file,
        bus=embedded.NAME if settings.bus == embedded.NAME else hub.bus.identity(),
    )


def called_before(stack: Stack) -> set[str]:
    """Ids of the webhooks that the copy says were called: nobody calls them again."""
    with stack.hub.store.read() as conn:
        return set(conn.exec_driver_sql("SELECT message_id FROM delivery WHERE state <> 'waiting'").scalars())


def go_on(drill: Move) -> None:
    """The hub at the second place reads on from where the copy stood, to the end of the file."""
    stack, truth = drill.second, drill.truth
    stack.feed(truth.lines)
    stack.start("hub", WORKERS)
    stack.wait_for(2 * len(truth.lines))
    stack.settle()


def move_under_load(drill: Move) -> Sequence[str]:
    """All of it; what departments heard by webhook, before the copy and at the second place."""
    told = copy_under_load(drill)
    bring_back(drill)
    assert told.counts["records"] == drill.second.hub.account()["records"]
    called = called_before(drill.second)
    heard = [value for value in drill.first.called.heard if orjson.loads(value)["id"] in called]
    go_on(drill)
    return [*heard, *drill.second.called.heard]


def every_record_opens(stack: Stack) -> bool:
    """Whether what was sent can be read there, with the keys that were brought back."""
    vault = Vault(open_keys(stack.hub.settings.keys_file))
    with stack.hub.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT record_id, sealed FROM body").all()
        known = keys.of(conn, [id_ for id_, _ in rows])
    return all(vault.open(known[id_], SEALED_AT, sealed) for id_, sealed in rows)


def test_another_place_goes_on_from_a_copy_of_the_embedded_hub(tmp_path: Path, tolls: list[Toll]) -> None:
    here = there = Where("embedded")
    with move(tmp_path, here, there) as drill:
        heard = move_under_load(drill)
        close("back-up", there, drill.second, drill.truth, tolls, kills=1, heard=heard)
        ids = [orjson.loads(value)["id"] for value in lying.in_store(drill.second.hub).said]
        assert len(set(ids)) == len(ids)  # one database: what is said on its bus is said once
        assert every_record_opens(drill.second)


@pytest.mark.connected
def test_another_cluster_goes_on_from_a_copy_of_the_connected_hub(
    tmp_path: Path, real_servers: Servers, tolls: list[Toll]
) -> None:
    here = Where("connected", *real_servers.fresh())
    there = Where("connected", *real_servers.untouched())
    with move(tmp_path, here, there) as drill:
        heard = move_under_load(drill)
        close("back-up", there, drill.second, drill.truth, tolls, kills=1, heard=heard)
        assert every_record_opens(drill.second)
