"""Processes are killed under load at seeded moments: fates add up, nothing is missing, nothing is made twice."""

import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from hub.bus.topics import EVENTS
from tests.conftest import Servers
from tests.drills import lines
from tests.drills.stack import Stack, stack_at
from tests.drills.toll import Toll, find
from tests.instruments import demo_pack

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]

KILLS = int(os.environ.get("GRIDPLUS_DRILL_KILLS", "2"))
SEED = int(os.environ.get("GRIDPLUS_DRILL_SEED", "20260310"))
"""More kills and other moments, for those who have more time than `make test`."""
MATTERS = 30 * KILLS
EVERYTHING = ("intake", "casework", "relay")
WITHIN_S = 20.0 + 10.0 * KILLS


def rehearse(stack: Stack, processes: Mapping[str, Sequence[str]], truth: lines.Truth) -> None:
    """Starts everything, kills one process after another in the middle of the load, and waits for the end."""
    chance = random.Random(SEED)
    for name, workers in processes.items():
        stack.start(name, workers)
    for number in range(KILLS):
        share = (number + chance.uniform(0.1, 0.9)) / KILLS
        stack.wait_for(int(2 * truth.records * share), WITHIN_S)
        victim = list(processes)[number % len(processes)]
        stack.kill(victim)
        stack.start(victim, processes[victim])
    stack.wait_for(2 * truth.records, WITHIN_S)
    stack.stop()


def conclude(stack: Stack, name: str, truth: lines.Truth, said: list[str], ends: Mapping[int, int]) -> Toll:
    """The line of the table; fails where anything is missing or double."""
    found = find(stack.hub, truth, said, ends)
    assert ([], []) == (found.missing, found.double)
    account = stack.hub.account()
    return Toll("crash", name, SEED, KILLS, account["records"], account["fates"], 0, 0, found.repeats)


def test_a_hub_in_one_process_loses_nothing_when_it_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = lines.write(tmp_path / "lines.jsonl", demo_pack(), matters=MATTERS, seed=SEED)
    with stack_at(tmp_path, tmp_path / "lines.jsonl") as stack:
        rehearse(stack, {"hub": EVERYTHING}, truth)
        with stack.hub.store.read() as conn:
            said = list(
                conn.exec_driver_sql("SELECT value FROM message WHERE topic LIKE 'grid.whistles.%'").scalars()
            )
            ends = conn.exec_driver_sql(
                "SELECT part, max(seq) + 1 FROM message WHERE topic = 'grid.events' GROUP BY part"
            )
            toll = conclude(stack, "embedded", truth, said, {r[0]: r[1] for r in ends})
    assert 0 == toll.repeats  # one database: what is said is said once
    with capsys.disabled():
        print(f"\n{toll.line()}")


@pytest.mark.connected
def test_a_group_on_kafka_and_postgresql_loses_nothing_when_its_members_are_killed(
    tmp_path: Path, real_servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = lines.write(tmp_path / "lines.jsonl", demo_pack(), matters=MATTERS, seed=SEED)
    store, bus, prefix = real_servers.fresh()
    with stack_at(tmp_path, tmp_path / "lines.jsonl", store=store, bus=bus, prefix=prefix) as stack:
        rehearse(stack, {"first": EVERYTHING, "second": ["casework"]}, truth)
        topics = [prefix + topic for topic in stack.hub.topics if topic.startswith("grid.whistles.")]
        said, _ = read_all(bus, topics)
        _, ends = read_all(bus, [prefix + EVENTS])
        toll = conclude(stack, "connected", truth, said, ends)
    with capsys.disabled():
        print(f"\n{toll.line()}")


def read_all(bus: str, topics: Sequence[str]) -> tuple[list[str], dict[int, int]]:
    """Everything that lies on these topics now, and where each partition ends (of a single topic)."""
    client = KafkaConsumer(bootstrap_servers=bus.removeprefix("kafka://"))
    partitions = [TopicPartition(topic, p) for topic in topics for p in client.partitions_for_topic(topic)]
    client.assign(partitions)
    client.seek_to_beginning(*partitions)
    ends = client.end_offsets(partitions)
    got: list[str] = []
    while any(client.position(one) < ends[one] for one in partitions):
        for batch in client.poll(timeout_ms=500).values():
            got += [one.value.decode() for one in batch]
    client.close()
    return got, {one.partition: ends[one] for one in partitions}
