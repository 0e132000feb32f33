"""Changed bytes of every source's samples, through its adapter and the journey: a report, or a code; nothing else."""

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from hub import ids
from hub.demo.process import forget_peak, peak_mb
from hub.errors import BadRecord, HeldRecord, HubError, PeerRefused
from hub.intake.validate import Validator
from hub.model import Arrival, Draft, GridDraft, Mode
from hub.pipeline import Journey, Parked
from hub.plugin import Body, Filters, PeerRequest, Receives
from hub.schema import schemas
from hub.understood import Origin
from tests.instruments import demo_pack
from tests.security.knocks import KNOCKS, unsigned
from tests.security.mutation import SIGN, changed
from tests.security.peers import PLUGINS, Peer, peer

NUMBER = 2_000
DRILLED = int(os.environ.get("GRIDPLUS_FUZZ", "100000"))
"""Inputs a source in `make drill`."""
LONGEST_S = 3.0
"""CPU seconds that one body may cost at most, the first one included, which loads what is made once."""
LARGEST_MB = 300
PUSHING = sorted(KNOCKS)


@cache
def journey() -> Journey:
    """The rooms with the demo pack."""
    known = schemas()
    return Journey(
        demo_pack(),
        schema=Validator(known["event"], known.values()),
        fingerprint=lambda _: "f" * 32,
        is_staff=lambda *_: False,
    )


@dataclass
class Toll:
    """What came of many bodies."""

    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0

    def add(self, body: Body, to: Peer) -> None:
        """One body, in at the adapter's door and on to its event."""
        began = time.process_time()
        try:
            self._take(body, to)
        except Exception as error:
            self.faults[f"{type(error).__name__}: {error}"] += 1
        self.slowest_s = max(self.slowest_s, time.process_time() - began)

    def _take(self, body: Body, to: Peer) -> None:
        try:
            kept = _admitted(body, to)
            if kept is None:
                self.ends["not admitted"] += 1
                return
            drafts = to.adapter.normalise(kept, Arrival(to.clock.now(), kept.kind))
        except (BadRecord, HeldRecord) as error:
            self._end(error.code, error.pointer, error.facts, str(error), error.__cause__)
            return
        for draft in drafts:
            self._understand(draft, to)

    def _understand(self, draft: Draft | GridDraft, to: Peer) -> None:
        found: object
        if isinstance(draft, GridDraft):
            found = journey().refuse_grid(draft, to.name)
        else:
            origin = Origin(
                record_id=ids.record_id(to.name, "fuzz", self.ends.total()),
                source=to.name,
                mode=Mode.LIVE,
                received_at=to.clock.now(),
            )
            found = journey().understand(draft, origin)
        if isinstance(found, Parked):
            self._end(found.code, found.pointer, found.why)
        else:
            self.ends["report"] += 1

    def _end(self, code: str, *told: object) -> None:
        self.ends[code] += 1
        if SIGN in repr(told):
            self.faults[f"{code} quotes what was sent: {told!r}"[:200]] += 1


def _admitted(body: Body, to: Peer) -> Body | None:
    """`body` as it is stored; only BadRecord may come out of the ingress filter."""
    if not isinstance(to.adapter, Filters):
        return body
    try:
        content = to.adapter.admit(body).content
    except HeldRecord as error:
        raise AssertionError("admit raises BadRecord or nothing") from error
    return None if content is None else Body(content, body.kind)


def sent(to: Peer, number: int) -> Toll:
    """What comes of `number` changed bodies."""
    toll = Toll()
    for body in changed([one.body for one in to.samples], seed=4, number=number):
        toll.add(body, to)
    return toll


@pytest.mark.parametrize("name", PLUGINS)
@pytest.mark.parametrize(
    "number", [NUMBER, pytest.param(DRILLED, marks=pytest.mark.drill)], ids=["some", "many"]
)
def test_whatever_a_source_sends_it_becomes_a_report_or_ends_by_a_code(
    name: str, number: int, tmp_path: Path
) -> None:
    forget_peak()
    before = peak_mb([os.getpid()]) or 0
    with peer(name, tmp_path) as to:
        toll = sent(to, number)
    assert Counter() == toll.faults
    assert toll.ends.total() >= number
    assert toll.ends["report"] > number // 20, (
        "changed beyond recognition: nothing is tried behind the parser"
    )
    assert toll.slowest_s < LONGEST_S
    assert (peak_mb([os.getpid()]) or 0) - before < LARGEST_MB


def test_every_adapter_that_takes_pushes_is_knocked_at(tmp_path: Path) -> None:
    pushed = []
    for name in PLUGINS:
        place = tmp_path / name
        place.mkdir()
        with peer(name, place) as to:
            if isinstance(to.adapter, Receives):
                pushed.append(name)
    assert PUSHING == pushed


@pytest.mark.parametrize("name", PUSHING)
@pytest.mark.parametrize(
    "number", [NUMBER // 2, pytest.param(DRILLED, marks=pytest.mark.drill)], ids=["some", "many"]
)
def test_whatever_knocks_is_taken_whole_or_refused_in_the_protocols_words(
    name: str, number: int, tmp_path: Path
) -> None:
    """Signed as its source signs: what a peer that holds the key could send."""
    faults: Counter[str] = Counter()
    with peer(name, tmp_path) as to:
        for body in changed([one.body for one in to.samples], seed=5, number=number):
            for request in (KNOCKS[name](to, body), unsigned(to, body)):
                faults[fault_of(to, request)] += 1
    assert {""} == set(faults)


def fault_of(to: Peer, request: PeerRequest) -> str:
    """What is wrong with how the adapter takes `request`; "" where nothing is."""
    adapter: object = to.adapter
    assert isinstance(adapter, Receives)
    try:
        received = adapter.receive(request)
    except PeerRefused as refused:
        answer = refused.body + repr((refused.headers, str(refused))).encode()
        return "" if SIGN.encode() not in answer else f"{refused.code} quotes what was sent"
    except HubError as error:
        return f"{error.code} is no refusal"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    failed = {received.failed.status} - {500, 503}
    return f"a failure answered with {failed}" if failed else ""
