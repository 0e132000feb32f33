"""An adapter in a process of its own: the same answers as beside us, and whatever it does ends with it."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.errors import BadRecord, HubError, PeerRefused, TryLater
from hub.model import Arrival, Draft, Stage
from hub.plugin import Answer, Body, PeerRequest
from hub.plugin.adapter import Adapter, Fetches, Filters, Lists, Reads, Receives, Tells, Tends
from hub.plugin.apart import Birth, Limits, Process, apart
from tests.docs.blocks import ROOT
from tests.unit.plugin.apart.naughty import Naughty

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
ARRIVAL = Arrival(NOON, "words")
Make = Callable[..., Adapter]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Starts it; `calls_s` are limits of single methods."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    made: list[Adapter] = []

    def start(name: str = "naughty", **limits: float) -> Adapter:
        birth = Birth(
            module="tests.unit.plugin.apart.naughty",
            adapter=name,
            config={"secret": "invented"},
            source="here",
            place=str(tmp_path),
            public_url="",
            memory_bytes=2 << 30,
            files=64,
        )
        process = Process(birth, Limits(calls_s={"close": 0.2, **limits}))
        one = apart(
            process, Naughty if name == "naughty" else lambda _config, _tools: Naughty(_config, _tools)
        )
        made.append(one)
        return one

    yield start
    for one in made:
        one.close()


def drafts(adapter: Adapter, words: bytes) -> list[str]:
    """The words of what it makes."""
    return [one.content for one in adapter.normalise(Body(words, "words"), ARRIVAL) if isinstance(one, Draft)]


@pytest.mark.parametrize("name", ["naughty", "naughty_made"])
def test_it_can_what_the_adapter_can(make: Make, name: str) -> None:
    adapter = make(name)
    has = [isinstance(adapter, one) for one in (Reads, Receives, Tells, Tends, Lists, Fetches)]
    assert [True] * 6 == has
    assert not isinstance(adapter, Filters)


def test_every_method_says_what_it_would_say_beside_us(make: Make) -> None:
    adapter = make()
    assert isinstance(adapter, Reads)
    assert isinstance(adapter, Receives)
    assert isinstance(adapter, Tells)
    assert isinstance(adapter, Tends)
    assert isinstance(adapter, Lists)
    assert isinstance(adapter, Fetches)
    page = adapter.read("a")
    assert (b"\x00\xff" * 10, "a1", True) == (page.bodies[0].content, page.cursor, page.more)
    assert ["words"] == drafts(adapter, b"words")
    assert 7.5 == adapter.tend()
    assert [NOON.isoformat()] == [one.version for one in adapter.inventory(NOON, NOON)]
    assert [b"1", b"2"] == [one.content for one in adapter.fetch(["1", "2"])]
    taken = adapter.receive(_request("/in"))
    assert (b"ok", b"sent") == (taken.reply.body, taken.bodies[0].content)
    taken.stored()
    answer = Answer(source_ref="1", part="", stage=Stage.CLOSED, at=NOON, text="", department="", nonce="n")
    assert "/inn" == adapter.tell(answer).ref


def test_an_error_of_the_tree_comes_as_it_was_raised(make: Make) -> None:
    adapter = make()
    with pytest.raises(TryLater) as later:
        adapter.check()
    assert ("S102", {"status": 503}) == (later.value.code, later.value.facts)
    with pytest.raises(BadRecord) as bad:
        drafts(adapter, b"bad")
    assert ("R102", "/words") == (bad.value.code, bad.value.pointer)
    assert isinstance(adapter, Receives)
    with pytest.raises(PeerRefused) as refused:
        adapter.receive(_request("/refused"))
    assert (401, b"no", {"x": "y"}) == (refused.value.status, refused.value.body, refused.value.headers)


def test_the_words_of_any_other_error_stay_where_they_are(make: Make) -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        drafts(make(), b"raise")


@pytest.mark.parametrize("words", [b"exit", b"raise"])
def test_what_only_this_call_met_leaves_the_process_alone(make: Make, words: bytes) -> None:
    adapter = make()
    with pytest.raises(RuntimeError):
        drafts(adapter, words)
    assert ["go on"] == drafts(adapter, b"go on")


def test_a_record_over_which_the_process_ends_is_at_fault_and_the_next_one_is_read(make: Make) -> None:
    adapter = make()
    with pytest.raises(RuntimeError):
        drafts(adapter, b"gone")
    assert ["go on"] == drafts(adapter, b"go on")


def test_who_ends_again_and_again_rests(make: Make) -> None:
    adapter = make()
    assert isinstance(adapter, Reads)
    for _ in range(3):
        with pytest.raises(TryLater):
            adapter.read("gone")
    with pytest.raises(HubError) as rests:
        adapter.check()
    assert ("S130", "resting") == (rests.value.code, rests.value.facts["status"])


def test_a_record_that_has_ended_it_is_not_tried_again(make: Make) -> None:
    adapter = make()
    with pytest.raises(RuntimeError):
        drafts(adapter, b"gone")
    began = time.monotonic()
    for _ in range(100):
        with pytest.raises(RuntimeError):
            drafts(adapter, b"gone")
    assert time.monotonic() - began < 0.2


def test_memory_has_a_limit_and_is_given_back(make: Make) -> None:
    adapter = make()
    with pytest.raises(RuntimeError, match="MemoryError"):
        drafts(adapter, b"leak")
    assert ["go on"] == drafts(adapter, b"go on")


@pytest.mark.parametrize("cursor", ["sleep"])
def test_a_call_that_does_not_return_is_given_up(make: Make, cursor: str) -> None:
    adapter = make(read=0.5)
    assert isinstance(adapter, Reads)
    with pytest.raises(TryLater) as late:
        adapter.read(cursor)
    assert ("S131", "read") == (late.value.code, late.value.facts["method"])
    assert ["go on"] == drafts(adapter, b"go on")


def test_what_it_prints_goes_nowhere(make: Make, capfd: pytest.CaptureFixture[str]) -> None:
    assert ["print"] == drafts(make(), b"print")
    assert ("", "") == capfd.readouterr()


def test_it_is_given_its_own_secrets_and_nothing_else_of_the_hub(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDPLUS_STORE_URL", "postgresql://elsewhere")
    adapter = make()
    assert isinstance(adapter, Reads)
    assert b"invented" == adapter.read("secret").bodies[0].content
    assert b"" == adapter.read("environment").bodies[0].content


def test_what_it_started_goes_with_it(make: Make) -> None:
    adapter = make()
    drafts(adapter, b"fork")
    assert _with("time.sleep(600)  # here")
    adapter.close()
    ends = time.monotonic() + 5
    while _with("time.sleep(600)  # here"):
        assert time.monotonic() < ends


def test_closing_takes_no_longer_than_its_limit(make: Make) -> None:
    adapter = make()
    drafts(adapter, b"words")
    began = time.monotonic()
    adapter.close()
    adapter.close()
    assert time.monotonic() - began < 2


def _request(path: str) -> PeerRequest:
    return PeerRequest(method="POST", path=path, query="", headers={}, body=b"sent", peer="127.0.0.1")


def _with(words: str) -> bool:
    """Whether a process runs whose command line has these words."""
    return words in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
