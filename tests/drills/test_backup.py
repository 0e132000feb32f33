"""A copy is taken under load, the hub dies, and another place goes on from the copy: nothing is lost, nothing doubled."""

from pathlib import Path

import pytest

from hub.access.vault import Vault
from hub.bus import embedded
from hub.bus.topics import EVENTS
from hub.run import backup as copying
from hub.run.keyfile import open_keys
from hub.run.reception import SEALED_AT
from hub.store import keys, outbox
from tests.conftest import Servers
from tests.connected.patience import until
from tests.drills import lines
from tests.drills.stack import Stack, stack_at
from tests.drills.test_crash import EVERYTHING, SEED, read_all
from tests.drills.toll import find
from tests.instruments import demo_pack

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]

MATTERS = 30
WITHIN_S = 90.0
"""Two hubs, one after the other, on a machine that may be busy."""


def copy_under_load(stack: Stack, into: Path, truth: lines.Truth) -> copying.Manifest:
    """Starts the hub, copies it in the middle of the load, lets it go on for a while and kills it."""
    stack.start("hub", EVERYTHING)
    stack.wait_for(truth.records // 2, WITHIN_S)
    settings = stack.hub.settings
    origin = copying.Origin(hub="test", made_at="", bus=stack.hub.bus.identity(), pack="demo")
    told = copying.backup(
        stack.hub.store,
        settings.home,
        settings.keys_file,
        into=into,
        keys_into=into.parent / "keys.toml",
        origin=origin,
    )
    stack.wait_for(stack.done() + 20, WITHIN_S)
    stack.kill("hub")
    assert 0 < told.counts["records"] < stack.done()
    return told


def bring_back(copy: Path, stack: Stack) -> None:
    """The copy, into the place of `stack`, which nobody has touched yet."""
    settings = stack.hub.settings
    bus = embedded.NAME if settings.bus == embedded.NAME else stack.hub.bus.identity()
    copying.restore(
        copy,
        copy.parent / "keys.toml",
        store_url=settings.store_url,
        home=settings.home,
        keys_into=settings.keys_file,
        bus=bus,
    )


def go_on(stack: Stack, truth: lines.Truth) -> None:
    """The hub at the new place reads on from where the copy stood, to the end of the file."""
    stack.start("hub", EVERYTHING)
    stack.wait_for(2 * truth.records, WITHIN_S)
    until(lambda: not _unsent(stack), "everything is sent", within_s=WITHIN_S)
    stack.stop()


def _unsent(stack: Stack) -> int:
    with stack.hub.store.read() as conn:
        return outbox.waiting(conn)


def every_record_opens(stack: Stack) -> bool:
    """Whether what was sent can be read there, with the keys that were brought back."""
    vault = Vault(open_keys(stack.hub.settings.keys_file))
    with stack.hub.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT id, sealed FROM record WHERE sealed IS NOT NULL").all()
        known = keys.of(conn, [id_ for id_, _ in rows])
    return all(vault.open(known[id_], SEALED_AT, sealed) for id_, sealed in rows)


def test_another_place_goes_on_from_a_copy_of_the_embedded_hub(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    truth = lines.write(file, demo_pack(), matters=MATTERS, seed=SEED)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with stack_at(tmp_path / "a", file) as first:
        told = copy_under_load(first, tmp_path / "copy", truth)
    with stack_at(tmp_path / "b", file) as second:
        bring_back(tmp_path / "copy", second)
        assert told.counts["records"] == second.hub.account()["records"]
        go_on(second, truth)
        with second.hub.store.read() as conn:
            topics = "SELECT value FROM message WHERE topic LIKE 'grid.whistles.%'"
            said = list(conn.exec_driver_sql(topics).scalars())
            ends = conn.exec_driver_sql(
                "SELECT part, max(seq) + 1 FROM message WHERE topic = 'grid.events' GROUP BY part"
            )
            found = find(second.hub, truth, said, {r[0]: r[1] for r in ends})
        assert ([], [], 0) == (found.missing, found.double, found.repeats)
        assert every_record_opens(second)


@pytest.mark.connected
def test_another_cluster_goes_on_from_a_copy_of_the_connected_hub(
    tmp_path: Path, real_servers: Servers
) -> None:
    file = tmp_path / "lines.jsonl"
    truth = lines.write(file, demo_pack(), matters=MATTERS, seed=SEED)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    store, bus, prefix = real_servers.fresh()
    with stack_at(tmp_path / "a", file, store=store, bus=bus, prefix=prefix) as first:
        told = copy_under_load(first, tmp_path / "copy", truth)
    store, bus, prefix = real_servers.fresh()
    with stack_at(tmp_path / "b", file, store=store, bus=bus, prefix=prefix) as second:
        bring_back(tmp_path / "copy", second)
        assert told.counts["records"] == second.hub.account()["records"]
        go_on(second, truth)
        said, _ = read_all(
            bus, [prefix + one for one in second.hub.topics if one.startswith("grid.whistles.")]
        )
        _, ends = read_all(bus, [prefix + EVENTS])
        found = find(second.hub, truth, said, ends)
        assert ([], []) == (found.missing, found.double)
        assert every_record_opens(second)
