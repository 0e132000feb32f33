"""Adapters are asked for at each turn: what changes their secrets, and when an old one ends."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import BaseModel, ConfigDict, SecretStr

from hub.cli import main
from hub.clock import FixedClock
from hub.errors import FixSettings, TryLater
from hub.plugin import AdapterEntry, Tools
from hub.plugin.registry import Offer, Origin, Registry
from hub.run.ground.secretfiles import files_of
from hub.run.sources.adapters import Adapters
from hub.settings import read
from tests.certificates import self_signed
from tests.connected.patience import until
from tests.instruments import MORNING, Stated, demo_pack

SOURCE, OTHER = "police_grid", "urban_management"


class Config(BaseModel):
    """Two secrets and a path of its own."""

    model_config = ConfigDict(extra="forbid", strict=True)

    key: SecretStr
    other: SecretStr | None = None
    open: str = ""
    open_file: str = ""


class Keyed(Stated):
    """Knows its key, and whether it was closed."""

    def __init__(self, config: Config) -> None:
        self.key = config.key.get_secret_value()
        self.is_closed = False
        self.closes: Callable[[], object] = lambda: None

    def close(self) -> None:
        """Is remembered, and may take its time."""
        self.closes()
        self.is_closed = True


class Hand:
    """Adapters of two sources, the key file of the first, a clock in the hand."""

    def __init__(self, place: Path, **more: Any) -> None:
        self.file, self.clock = place / "key", FixedClock(MORNING)
        self.file.write_text("one\n")
        setup = replace(demo_pack().sources[SOURCE], config={})
        pack = replace(demo_pack(), sources={SOURCE: setup, OTHER: setup})
        entry = AdapterEntry(name=setup.plugin, title="测试来源", config=Config, make=self._keyed)
        first, second = {"key_file": str(self.file), **more}, {"key": "other"}
        settings = read(home=place, sources={SOURCE: first, OTHER: second})
        registry = Registry([Offer(Origin(setup.plugin), (entry,))], [])
        self.adapters = Adapters(settings, lambda: pack, lambda: registry, self.clock)
        self.hangs, self.goes_on = threading.Event(), threading.Event()

    def _keyed(self, config: Config, tools: Tools) -> Keyed:
        """A plugin that takes every key but one, and takes its time over another."""
        del tools
        if config.key.get_secret_value() == "breaks it":
            raise ZeroDivisionError
        if config.key.get_secret_value() == "hangs":
            self.hang()
        return Keyed(config)

    def hang(self) -> None:
        """Until the end of the test."""
        self.hangs.set()
        self.goes_on.wait(20)

    def later(self, text: str | None) -> None:
        """Another second, with other words in the file."""
        if text is None:
            self.file.unlink()
        else:
            draft = self.file.with_suffix(".draft")
            draft.write_text(text)
            draft.replace(self.file)
        self.clock.pause(1)

    def key(self, source: str = SOURCE) -> str:
        """The key that serves now."""
        with self.adapters.lent(source) as adapter:
            assert isinstance(adapter, Keyed)
            assert not adapter.is_closed
            return adapter.key


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    """With the key `one`."""
    made = Hand(tmp_path)
    yield made
    made.goes_on.set()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Others who are at work at the same time."""
    with ThreadPoolExecutor() as made:
        yield made


def test_a_new_key_serves_from_the_next_turn_on_and_the_step_in_hand_ends_with_the_old_one(
    hand: Hand,
) -> None:
    with hand.adapters.lent(SOURCE) as old, hand.adapters.lent(SOURCE) as same:
        assert old is same
        hand.later("two")
        assert "two" == hand.key()
        assert isinstance(old, Keyed)
        assert ("one", False) == (old.key, old.is_closed)
    assert old.is_closed
    assert "two" == hand.key()


@pytest.mark.parametrize("text", ["", " \n", None, "breaks it"])
def test_what_cannot_be_taken_ends_nothing_and_is_looked_at_again(hand: Hand, text: str | None) -> None:
    assert "one" == hand.key()
    hand.later(text)
    assert "one" == hand.key()
    hand.later("one") if text is None else None
    hand.later("two")
    assert "two" == hand.key()


def test_files_are_looked_at_once_a_second_at_most(hand: Hand) -> None:
    assert "one" == hand.key()
    hand.later("two")
    assert "two" == hand.key()
    draft = hand.file.with_suffix(".draft")
    draft.write_text("three")
    draft.replace(hand.file)
    assert "two" == hand.key()
    hand.clock.pause(timedelta(seconds=1).total_seconds())
    assert "three" == hand.key()


def test_the_last_one_is_closed_with_its_process_and_may_be_so_twice(hand: Hand) -> None:
    last = hand.adapters.now(SOURCE)
    hand.adapters.close()
    hand.adapters.close()
    assert isinstance(last, Keyed)
    assert last.is_closed


def test_a_plugin_that_hangs_while_it_begins_holds_up_its_own_source_alone(
    pool: ThreadPoolExecutor, hand: Hand
) -> None:
    hand.later("hangs")
    first = pool.submit(hand.key)
    assert hand.hangs.wait(20)
    assert "other" == pool.submit(hand.key, OTHER).result(20)
    hand.goes_on.set()
    assert "hangs" == first.result(20)


def test_while_a_newer_adapter_is_made_its_source_goes_on_with_the_old_one(
    pool: ThreadPoolExecutor, hand: Hand
) -> None:
    assert ("one", "other") == (hand.key(), hand.key(OTHER))
    hand.later("hangs")
    turning = pool.submit(hand.key)
    assert hand.hangs.wait(20)
    hand.clock.pause(1)
    assert "one" == pool.submit(hand.key).result(20)
    assert "other" == pool.submit(hand.key, OTHER).result(20)
    hand.goes_on.set()
    assert ("hangs", "hangs") == (turning.result(20), hand.key())


def test_many_who_come_at_once_get_one_and_the_same_adapter(pool: ThreadPoolExecutor, hand: Hand) -> None:
    hand.later("hangs")
    coming = [pool.submit(hand.adapters.now, SOURCE) for _ in range(4)]
    assert hand.hangs.wait(20)
    hand.goes_on.set()
    assert 1 == len({id(one.result(20)) for one in coming})


def test_an_old_adapter_that_hangs_while_it_ends_holds_up_its_own_source_alone(
    pool: ThreadPoolExecutor, hand: Hand
) -> None:
    old = hand.adapters.now(SOURCE)
    assert isinstance(old, Keyed)
    old.closes = hand.hang
    hand.later("two")
    hand.adapters.now(SOURCE)
    assert "other" == pool.submit(hand.key, OTHER).result(20)
    assert not hand.hangs.is_set()
    ending = pool.submit(hand.key)
    assert hand.hangs.wait(20)
    assert ["two", "other"] == [pool.submit(hand.key, one).result(20) for one in (SOURCE, OTHER)]
    hand.goes_on.set()
    assert "two" == ending.result(20)
    assert old.is_closed


def test_an_adapter_that_hangs_at_the_end_of_its_process_keeps_no_other_open(
    pool: ThreadPoolExecutor, hand: Hand
) -> None:
    first, second = hand.adapters.now(SOURCE), hand.adapters.now(OTHER)
    assert isinstance(first, Keyed)
    assert isinstance(second, Keyed)
    first.closes = hand.hang
    second.closes = lambda: hand.hangs.wait(20)
    ending = pool.submit(hand.adapters.close)
    until(lambda: second.is_closed, "the other is closed")
    assert not first.is_closed
    hand.goes_on.set()
    ending.result(20)


def test_a_file_that_is_not_there_at_the_start_is_named_and_nothing_of_it_told(tmp_path: Path) -> None:
    hand = Hand(tmp_path)
    hand.file.unlink()
    with pytest.raises(TryLater, match="C119"):
        hand.adapters.now(SOURCE)
    trouble = hand.adapters.trouble(SOURCE)
    assert trouble is not None
    assert ("C119", {"name": str(hand.file)}) == (trouble.code, dict(trouble.facts))


def test_a_field_that_a_plugin_does_not_know_is_named_and_its_value_is_not(tmp_path: Path) -> None:
    with pytest.raises(FixSettings) as refused:
        Hand(tmp_path, opne="a-word-nobody-may-see").adapters.now(SOURCE)
    assert "sources.police_grid.opne" == refused.value.facts["name"]
    assert "a-word-nobody-may-see" not in str(refused.value)


def test_only_secrets_may_lie_in_files_and_not_be_given_twice() -> None:
    said = {"key_file": "/k", "other_file": "/o", "open_file": "/p"}
    assert {"key": Path("/k"), "other": Path("/o")} == files_of(Config, said, SOURCE)
    for wrong in ({"key": "k", "key_file": "/k"}, {"key_file": ""}, {"key_file": 1}):
        with pytest.raises(FixSettings, match="C101"):
            files_of(Config, wrong, SOURCE)


def test_the_doctor_names_a_secret_and_a_certificate_that_would_not_be_taken(tmp_path: Path) -> None:
    cert, _ = self_signed(tmp_path)
    (tmp_path / "other").mkdir()
    _, key_of_another = self_signed(tmp_path / "other")
    reached = {
        "base_url": "https://hotline.example.gov",
        "app_key": "hub",
        "app_secret_file": f"{tmp_path}/none",
        "push_key": "hotline",
        "push_secret": "between-us",
    }
    place = {
        "GRIDPLUS_HOME": str(tmp_path),
        "GRIDPLUS_SOURCES": json.dumps({"hotline_12345": reached}),
        "GRIDPLUS_TLS_CERT": str(cert),
        "GRIDPLUS_TLS_KEY": str(key_of_another),
    }
    said = CliRunner().invoke(main, ["doctor", "--json"], env=place)
    codes = [one["code"] for one in json.loads(said.output.splitlines()[-1])["findings"]]
    assert (1, ["C119", "C161"]) == (said.exit_code, [c for c in codes if c in ("C119", "C161")])
    assert "between-us" not in said.output


def test_an_adapters_own_place_is_found_from_wherever_its_process_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the home is said from the working directory, as it is by default."""
    monkeypatch.chdir(tmp_path)
    adapters = Adapters(read(home=Path("home")), demo_pack, lambda: Registry([], []), FixedClock(MORNING))
    assert str((tmp_path / "home/sources/lamps").resolve()) == adapters.tools("lamps").place
