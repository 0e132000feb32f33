"""`gridplus department check`: a good consumer passes every check, and for each check there is one that fails it."""

import os
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from hub.contract.wire import ended_data_schema, whistle_data_schema
from hub.errors import FixSettings
from hub.messages.text import Text
from hub.model import Contract
from hub.rehearsal import acts
from hub.rehearsal.acts import ACTS, Act
from hub.rehearsal.checks import CHECKS, PULL_ONLY, WEBHOOK_ONLY, Outcome
from hub.rehearsal.rehearse import verdicts
from hub.rehearsal.script import script_of
from hub.rehearsal.stand import Hook, Patience, Stand, standing
from hub.run.exits.wirefields import wire_fields
from hub.schema import schemas
from tests.e2e import consumers, listeners
from tests.e2e.consumers import working
from tests.e2e.listeners import SECRET, listening
from tests.instruments import demo_pack

KEY = "k" * 64
QUICK = Patience(longest_s=20.0, quiet_s=0.25, slow_s=0.2)
SHORT = replace(QUICK, longest_s=1.5)
"""For consumers that are waited for in vain."""


def contract(name: str = "shizheng") -> Contract:
    (found,) = (one for one in demo_pack().contracts if one.department == name)
    return found


@contextmanager
def stand_at(
    place: Path, patience: Patience, hook: Hook | None = None, name: str = "shizheng"
) -> Iterator[Any]:
    script = script_of(demo_pack(), contract(name), schemas())
    made = standing(script, place, key=KEY, host="127.0.0.1", port=0, patience=patience, hook=hook)
    with made as (stand, url):
        yield stand, url


def played(
    kind: str, place: Path, patience: Patience, plays: Sequence[Act] = ACTS, name: str = "shizheng"
) -> dict[str, Outcome]:
    """Check → outcome, for a consumer that pulls."""
    with (
        stand_at(place, patience, name=name) as (stand, url),
        working(getattr(consumers, kind)(place, url, KEY)),
    ):
        return {one.check: one.outcome for one in verdicts(stand, plays)}


def called(kind: str, place: Path, patience: Patience, plays: Sequence[Act] = ACTS) -> dict[str, Outcome]:
    """The same for one that listens."""
    with (
        listening(getattr(listeners, kind), place) as (address, reach),
        stand_at(place, patience, Hook(address, SECRET)) as (stand, url),
    ):
        reach(url, KEY)
        return {one.check: one.outcome for one in verdicts(stand, plays)}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["shizheng", "xiaofang", "jiedao_01"])
def test_a_good_consumer_that_pulls_passes_every_check(tmp_path: Path, name: str) -> None:
    found = played("Good", tmp_path, QUICK, name=name)
    assert dict.fromkeys(set(CHECKS) - WEBHOOK_ONLY, Outcome.PASS) == found


@pytest.mark.slow
def test_a_good_consumer_that_listens_passes_every_check(tmp_path: Path) -> None:
    found = called("Listening", tmp_path, QUICK)
    assert dict.fromkeys(set(CHECKS) - PULL_ONLY, Outcome.PASS) == found


@pytest.mark.slow
def test_a_consumer_that_leaves_reports_to_people_fails_nothing(tmp_path: Path) -> None:
    found = played("Raw", tmp_path, QUICK)
    unseen = {name for name, outcome in found.items() if outcome is Outcome.UNSEEN}
    assert {"repeats_its_nonce", "answers_second_call", "takes_refusal", "reports_fit"} == unseen
    assert Outcome.FAIL not in found.values()


PULLING = [
    ("Absent", "comes", ()),
    ("Silent", "takes_examples", (acts.examples,)),
    ("Twice", "acknowledges_once", (acts.examples, acts.the_end)),
    ("Guessing", "acknowledges_what_it_got", (acts.examples, acts.the_end)),
    ("Deaf", "acknowledges_repeats", (acts.repeats,)),
    ("Forgetful", "handles_once", (acts.repeats,)),
    ("InOrder", "any_order", (acts.another_order,)),
    ("GivesUp", "survives_slow_day", (acts.slow_day,)),
    ("OnlyOnce", "repeats_its_nonce", (acts.slow_day,)),
    ("NewNumbers", "repeats_its_nonce", (acts.slow_day,)),
    ("Strict", "takes_newer_contract", (acts.examples, acts.newer_contract)),
    ("OneType", "passes_by_unknown_kinds", (acts.unknown_kind,)),
    ("Stubborn", "stops_when_called_off", (acts.called_off,)),
    ("Demanding", "takes_bare_whistle", (acts.called_off,)),
    ("ByWhistle", "answers_second_call", (acts.called_again,)),
    ("Hammering", "takes_refusal", (acts.refusal,)),
    ("Stuck", "takes_refusal", (acts.refusal,)),
    ("Misfit", "reports_fit", (acts.examples, acts.the_end)),
    ("Dying", "stays_alive", (acts.called_off, acts.the_end)),
]
LISTENING = [
    ("Trusting", "believes_only_the_hub", (acts.strangers,)),
    ("Timeless", "believes_only_the_hub", (acts.strangers,)),
    ("NoAnswer", "answers_in_time", (acts.examples, acts.the_end)),
    ("Choosy", "passes_by_unknown_kinds", (acts.unknown_kind,)),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "check", "plays"), PULLING)
def test_each_check_finds_the_consumer_that_is_bad_in_its_way(
    kind: str, check: str, plays: Sequence[Act], tmp_path: Path
) -> None:
    assert Outcome.FAIL is played(kind, tmp_path, SHORT, plays)[check]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "check", "plays"), LISTENING)
def test_each_check_finds_the_listener_that_is_bad_in_its_way(
    kind: str, check: str, plays: Sequence[Act], tmp_path: Path
) -> None:
    assert Outcome.FAIL is called(kind, tmp_path, SHORT, plays)[check]


def test_a_listener_that_is_not_there_is_told_apart_from_a_bad_one(tmp_path: Path) -> None:
    with stand_at(tmp_path, replace(SHORT, longest_s=0.2), Hook("http://127.0.0.1:9/", SECRET)) as (stand, _):
        found = {one.check: one.outcome for one in verdicts(stand)}
    assert Outcome.FAIL is found.pop("answers_in_time")
    assert {Outcome.UNSEEN} == set(found.values())


def test_every_check_has_a_consumer_that_fails_it_and_its_words() -> None:
    assert set(CHECKS) == {check for _, check, _ in PULLING + LISTENING}
    assert all(isinstance(one, Text) and all(one) for one in CHECKS.values())


def test_what_is_handed_out_fits_the_contracts_own_schema(tmp_path: Path) -> None:
    """Read with the oracle, not with the validator that made sure of it."""
    with stand_at(tmp_path, SHORT) as (stand, _):
        ours, next_ = stand.script.contract, stand.script.next_
        ids = stand.blow(len(stand.script.called))
        off = stand.calling.call_off(ids[0])
        (later,) = stand.blow(by_next=True)
        for contract_, id_ in ((ours, ids[1]), (next_, later)):
            fields = wire_fields(contract_, schemas())
            said = stand.message(id_)["data"]
            jsonschema.Draft202012Validator(whistle_data_schema(contract_, fields)).validate(said)
            assert contract_.id == said["whistle"]["contract_id"]
        fields = wire_fields(ours, schemas())
        said = stand.message(off)["data"]
        jsonschema.Draft202012Validator(ended_data_schema(ours, fields)).validate(said)
        new = stand.message(later)["data"]["whistle"]
        assert "round" in new
        assert "round" not in stand.message(ids[1])["data"]["whistle"]


def test_a_contract_whose_examples_never_call_it_cannot_be_played() -> None:
    mute = replace(contract(), examples=contract().examples[-1:])
    with pytest.raises(FixSettings, match="K222"):
        script_of(demo_pack(), mute, schemas())


# -- the command ---------------------------------------------------------------------------------------------

GOOD = """
import os, sys
from gridplus_client import Hub, Inbox, SqliteSeen, moves
hub = Hub(os.environ["GRIDPLUS_URL"], os.environ["GRIDPLUS_KEY"])
def handle(one):
    hub.report(one, moves.SIGN)
    hub.report(one, moves.RESULT, form={"outcome": sys.argv[2], "measure": "已现场处置"})
inbox = Inbox(SqliteSeen(sys.argv[1]), whistle=handle, called_off=lambda one: None, failed=lambda one, error: None)
hub.run(inbox, every_s=0.05)
"""


def command(place: Path, outcome: str, *more: str) -> "subprocess.CompletedProcess[str]":
    program = place / "consumer.py"
    program.write_text(textwrap.dedent(GOOD), encoding="utf-8")
    start = shlex.join([sys.executable, str(program), str(place / "seen.db"), outcome])
    gridplus = str(Path(sys.executable).with_name("gridplus"))
    patience = ["--quiet", "0.4", "--slow", "0.2", "--patience", "20"]
    return subprocess.run(
        [gridplus, "department", "check", "shizheng", "--run", start, *patience, *more],
        capture_output=True,
        text=True,
        cwd=place,
        env={**os.environ, "GRIDPLUS_LANGUAGE": "en"},
        check=False,
    )


@pytest.mark.slow
def test_the_command_starts_a_consumer_and_ends_well_for_a_good_one(tmp_path: Path) -> None:
    done = command(tmp_path, "done", "--json")
    assert 0 == done.returncode, done.stdout + done.stderr
    figures = orjson.loads(done.stdout.splitlines()[-1])
    assert set(CHECKS) - WEBHOOK_ONLY == set(figures["checks"])
    assert (0, 0) == (figures["fail"], figures["unseen"])


@pytest.mark.slow
def test_the_command_names_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    done = command(tmp_path, "perhaps")
    assert 1 == done.returncode, done.stdout + done.stderr
    (line,) = (one for one in done.stdout.splitlines() if one.startswith("fail"))
    assert "reports_fit" in line
    assert "result W102" in line
    assert CHECKS["reports_fit"].en_next in line


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(["nobody"], id="no such department"),
        pytest.param(["shizheng", "--url", "http://127.0.0.1:9"], id="a listener without a secret"),
        pytest.param(["shizheng", "--listen", "0.0.0.0:0"], id="beyond loopback"),
        pytest.param(["shizheng", "--run", "/no/such/program"], id="a program that is not there"),
    ],
)
def test_the_command_used_wrongly_says_so(wrong: list[str], tmp_path: Path) -> None:
    gridplus = str(Path(sys.executable).with_name("gridplus"))
    done = subprocess.run(
        [gridplus, "department", "check", *wrong], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert 2 == done.returncode, done.stdout + done.stderr
    assert done.stderr.startswith("C")


def test_a_stand_is_used_up_without_a_trace(tmp_path: Path) -> None:
    with stand_at(tmp_path, SHORT) as (stand, url):
        assert isinstance(stand, Stand)
        assert url.startswith("http://127.0.0.1:")
    with pytest.raises(OSError, match="refused"):
        __import__("socket").create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 1)
