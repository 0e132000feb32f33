"""Whole lives under load while every worker is killed in the middle of moves, cards and answers: no move is lost or made
twice, each card stands once, and everybody who reported is told of everything once, in order."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import orjson
import pytest

from hub.crew import WORKERS
from hub.jsonform import dumps
from hub.model import Code
from tests.drills import lines, lived, lying, packs
from tests.drills.lives import Lives
from tests.drills.rehearsal import KILLS, MOST, SEED, Where
from tests.drills.stack import Stack, stack_at
from tests.drills.told import DOORS, FERRY, Book
from tests.drills.toll import Found, Toll, find_called, toll_of
from tests.instruments import at, person, stated

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68", "N15", "N16")]

MATTERS = 2
"""A portion."""
_FERRIED = Code("jg-2025", "JG0304")
"""A burst pipe in that source's words."""
TOGETHER = 2
"""Workers that are killed in one portion, where each has a process of its own."""
_TELLER = "who tells"
BETWEEN = (4, 16)
"""So many moves, cards and answers lie between two kills."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some matters, with everything that is reported of them but by push."""

    read: list[bytes] = field(default_factory=list)
    ferried: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill of lives under way."""

    stack: Stack
    company: Lives
    book: Book
    truth: lines.Truth
    portions: Sequence[Portion]
    chance: random.Random
    killed: list[str]

    def load(self) -> Iterator[int]:
        """Tells one portion after the other; each time lives go on for a while before it comes back."""
        for number, portion in enumerate(self.portions):
            self.stack.feed(portion.read)
            lines.append(self.stack.place / "ferried.jsonl", portion.ferried)
            least = self.lived() + self.chance.randint(*BETWEEN)
            self.stack.wait(partial(self.has_lived, least), "lives go on")
            yield number

    def has_lived(self, least: int) -> bool:
        """Whether so much has happened."""
        return self.lived() >= least

    def lived(self) -> int:
        """How much has happened so far: moves, cards, and what sources were told."""
        with self.stack.hub.store.read() as conn:
            query = (
                "SELECT (SELECT count(*) FROM step) + (SELECT count(*) FROM card) + "
                "(SELECT count(*) FROM answer WHERE state = 'told')"
            )
            return int(conn.exec_driver_sql(query).scalar_one())

    def kill(self, victim: str, *, at_door: bool) -> None:
        """It is gone in the middle of whatever it did: `at_door`, of telling the source, just before that takes an
        answer or just after, by turns."""
        self.stack.up(victim)
        if at_door:
            self._kill_at_door(DOORS[self.killed.count(_TELLER) % len(DOORS)], victim)
            self.killed.append(_TELLER)
        else:
            self.stack.kill(victim)
            self.killed.append(victim)

    def _kill_at_door(self, door: str, teller: str) -> None:
        with self.book.held(door) as somebody_waits:
            self.stack.wait(somebody_waits, f"somebody waits at the door {door}")
            self.stack.kill(teller)


@contextmanager
def lives(where: Where, place: Path, tolls: list[Toll], *, portions: int) -> Iterator[Drill]:
    """So many portions of load; the caller does harm within them. Afterwards every life must have had its end.

    Adds the drill's line to `tolls`, then fails where anything is missing or double.
    """
    truth, told = told_by_all(min(MATTERS * portions, MOST), portions)
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
        drill = Drill(stack, stack.called, book, truth, told, random.Random(SEED), [])
        yield drill
        stack.settle()
        close(where, drill, tolls)


def told_by_all(matters: int, number: int) -> tuple[lines.Truth, Sequence[Portion]]:
    """The usual reports of so many matters, and one more of each by the source that cannot be told; in so many portions,
    each matter in one of them."""
    pack, portions = packs.pack_named(packs.QUICK), [Portion() for _ in range(number)]
    truth = lines.make(pack, matters=matters, seed=SEED)
    for n, line in enumerate(truth.lines):
        matter = _matter_of(line, n * matters // len(truth.lines))
        portions[matter * number // matters].read.append(line)
    for n, (lon, lat) in enumerate(lines.spots(pack, matters, SEED)):
        one = stated(f"M{n:03d}-f", position=at(lon, lat), requester=person(10 * n + 9), category=_FERRIED)
        portions[n * number // matters].ferried.append(dumps(one).encode())
    everything = [line for one in portions for line in (*one.read, *one.ferried)]
    fates = {**truth.fates, "linked": truth.fates["linked"] + matters}
    return replace(truth, lines=everything, fates=fates), portions


def _matter_of(line: bytes, otherwise: int) -> int:
    """The number of the matter that a line tells of; `otherwise` where it tells of none."""
    ref = orjson.loads(line)["source_ref"] if line.startswith(b"{") else ""
    return int(lines.matter_of(ref)[1:]) if ref.startswith("M") else otherwise


def close(where: Where, drill: Drill, tolls: list[Toll]) -> None:
    """The account at the end: of records and matters as after every drill, and of lives."""
    hub = drill.stack.hub
    lies = lying.on_kafka(hub, where.bus, where.prefix) if where.prefix else lying.in_store(hub)
    said = Counter(orjson.loads(value)["id"] for value in (*lies.said, *drill.company.heard))
    usual = find_called(hub, drill.truth, [*lies.said, *drill.company.heard], lies.ends)
    missing, double = lived.find(hub, drill.company, drill.book, said)
    told = drill.book.read()
    repeats = usual.repeats + len(told) - len({one.nonce for one in told})
    found = Found(usual.missing + missing, usual.double + double, repeats)
    tolls.append(toll_of("lives", where.name, SEED, len(drill.killed), hub.account(), found))
    assert ([], []) == (found.missing, found.double)


def test_no_move_card_or_answer_is_lost_or_made_twice_when_each_worker_is_killed(
    tmp_path: Path, where: Where, tolls: list[Toll]
) -> None:
    """The embedded stack is one process; on Kafka and PostgreSQL each worker has its own, and two are killed at once."""
    if where.name == "embedded":
        with lives(where, tmp_path, tolls, portions=KILLS * 2) as drill:
            drill.stack.start("hub", list(WORKERS))
            for number in drill.load():
                drill.kill("hub", at_door=number % 2 == 0)
                drill.stack.start("hub", list(WORKERS))
        return
    victims = cycle(WORKERS)
    with lives(where, tmp_path, tolls, portions=-(-KILLS * len(WORKERS) // TOGETHER)) as drill:
        for name in WORKERS:
            drill.stack.start(name, [name])
        for _ in drill.load():
            # Who tells the source goes first: at a door one waits for what the others do.
            two = sorted(islice(victims, TOGETHER), key=lambda name: name != "intake")
            for name in two:
                drill.kill(name, at_door=name == "intake")
            for name in two:
                drill.stack.start(name, [name])
