"""Whole lives under load while every worker is killed in the middle of moves, cards and answers: no move is lost or made
twice, each card stands once, and everybody who reported is told of everything once, in order."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import pytest

from hub.crew import WORKERS
from hub.jsonform import dumps
from hub.model import Code
from tests.drills import lived, lines, lying, packs
from tests.drills.lives import Lives
from tests.drills.rehearsal import KILLS, MOST, SEED, Where
from tests.drills.stack import Stack, stack_at
from tests.drills.toll import Found, Toll, find_called, toll_of
from tests.drills.told import DOORS, FERRY, Book
from tests.instruments import at, person, stated

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68", "N15", "N16")]

MATTERS = 2
"""A portion."""
BETWEEN = (4, 16)
"""So many moves, cards and answers lie between two kills."""


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill of lives under way."""

    stack: Stack
    company: Lives
    book: Book
    truth: lines.Truth
    ferried: list[bytes]
    portions: int
    chance: random.Random

    def load(self) -> Iterator[int]:
        """Tells one portion after the other; each time lives go on for a while before it comes back."""
        for number in range(self.portions):
            self.stack.feed(self.truth.portion(number, self.portions))
            first, end = (len(self.ferried) * n // self.portions for n in (number, number + 1))
            lines.append(self.stack.place / "ferried.jsonl", self.ferried[first:end])
            least = self.lived() + self.chance.randint(*BETWEEN)
            self.stack.wait(lambda least=least: self.lived() >= least, "lives go on")
            yield number

    def lived(self) -> int:
        """How much has happened so far: moves, cards, and what sources were told."""
        with self.stack.hub.store.read() as conn:
            query = (
                "SELECT (SELECT count(*) FROM step) + (SELECT count(*) FROM card) + "
                "(SELECT count(*) FROM answer WHERE state = 'told')"
            )
            return int(conn.exec_driver_sql(query).scalar_one())

    def kill_at(self, door: str, victim: str) -> None:
        """Who tells the source is killed at the door."""
        with self.book.held(door):
            before = self.book.came_to(door)
            self.stack.wait(lambda: self.book.came_to(door) > before, f"it comes to the door {door}")
            self.stack.kill(victim)


@contextmanager
def lives(where: Where, place: Path, tolls: list[Toll], *, kills: int) -> Iterator[Drill]:
    """`kills` portions of load; the caller does harm within them. Afterwards every life must have had its end.

    Adds the drill's line to `tolls`, then fails where anything is missing or double.
    """
    truth, ferried = told_by_all(min(MATTERS * kills, MOST))
    (place / "book").mkdir()
    sources = {
        lines.SOURCE: {"file": str(place / "lines.jsonl"), "book": str(place / "book")},
        FERRY: {"file": str(place / "ferried.jsonl")},
    }
    lines.append(place / "ferried.jsonl", ())
    with stack_at(
        place,
        truth,
        store=where.store,
        bus=where.bus,
        prefix=where.prefix,
        pack=packs.QUICK,
        company=Lives,
        sources=sources,
    ) as stack:
        assert isinstance(stack.called, Lives)
        book = Book(place / "book")
        drill = Drill(stack, stack.called, book, truth, ferried, kills, random.Random(SEED))
        yield drill
        stack.settle()
        close(where, drill, tolls, kills=kills)


def told_by_all(matters: int) -> tuple[lines.Truth, list[bytes]]:
    """The usual reports of so many matters, and one more of each by the source that cannot be told."""
    pack = packs.pack_named(packs.QUICK)
    truth = lines.make(pack, matters=matters, seed=SEED)
    code = Code("jg-2025", "JG0304")
    ferried = [
        dumps(
            replace(
                stated(f"M{n:03d}-f", position=at(lon, lat), requester=person(10 * n + 9)), category=code
            )
        ).encode()
        for n, (lon, lat) in enumerate(lines.spots(pack, matters, SEED))
    ]
    fates = {**truth.fates, "linked": truth.fates["linked"] + matters}
    return replace(truth, fates=fates), ferried


def close(where: Where, drill: Drill, tolls: list[Toll], *, kills: int) -> None:
    """The account at the end: of records and matters as after every drill, and of lives."""
    hub = drill.stack.hub
    lies = lying.on_kafka(hub, where.bus, where.prefix) if where.prefix else lying.in_store(hub)
    said = Counter(orjson.loads(value)["id"] for value in (*lies.said, *drill.company.heard))
    sent = replace(drill.truth, lines=(*drill.truth.lines, *drill.ferried))
    usual = find_called(hub, sent, [*lies.said, *drill.company.heard], lies.ends)
    missing, double = lived.find(hub, drill.company, drill.book, said)
    told = drill.book.read()
    repeats = usual.repeats + len(told) - len({one.nonce for one in told})
    found = Found(usual.missing + missing, usual.double + double, repeats)
    tolls.append(toll_of("lives", where.name, SEED, kills, hub.account(), found))
    assert ([], []) == (found.missing, found.double)


def test_no_move_card_or_answer_is_lost_or_made_twice_when_each_worker_is_killed(
    tmp_path: Path, where: Where, tolls: list[Toll]
) -> None:
    """Of the one that tells the source, kills fall just before the source takes an answer, and just after."""
    embedded = where.name == "embedded"
    processes = {"hub": list(WORKERS)} if embedded else {one: [one] for one in WORKERS}
    teller = "hub" if embedded else "intake"
    with lives(where, tmp_path, tolls, kills=KILLS * (2 if embedded else len(processes))) as drill:
        stack = drill.stack
        for name, workers in processes.items():
            stack.start(name, workers)
        for number in drill.load():
            victim = list(processes)[number % len(processes)]
            stack.up(victim)
            if victim == teller and (not embedded or number % 2 == 0):
                drill.kill_at(DOORS[number // len(processes) % 2 if not embedded else number // 2 % 2], victim)
            else:
                stack.kill(victim)
            stack.start(victim, processes[victim])
