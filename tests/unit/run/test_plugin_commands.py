"""`gridplus plugin pause`, `resume` and `states`: a wish is written in one process and followed in another."""

from typing import Any

import orjson
from click.testing import CliRunner, Result

from hub.cli import main
from tests.instruments import HubInHand
from tests.unit.run.sources import SOURCE, Feed, in_json, pipe
from tests.unit.run.test_source import state, worker_of


def plugin(hub: HubInHand, *arguments: str) -> Result:
    """The command, on the store of the hub in the hand."""
    return CliRunner().invoke(main, ["plugin", *arguments, "--store", hub.hub.settings.store_url])


def states(hub: HubInHand) -> dict[str, Any]:
    """What `plugin states --json` says."""
    told: dict[str, Any] = orjson.loads(plugin(hub, "states", "--json").stdout)
    return told


def test_a_source_is_paused_and_resumed_from_another_process(hub: HubInHand) -> None:
    worker = worker_of(hub, Feed(in_json(pipe(hub, "A1"))))
    assert 0 == plugin(hub, "pause", SOURCE).exit_code
    worker.step()
    assert ("paused", "", 0) == state(hub)
    assert 0 == plugin(hub, "resume", SOURCE).exit_code
    worker.step()
    assert ("running", "", 0) == state(hub)


def test_states_say_how_each_source_stands_and_what_is_wished(hub: HubInHand) -> None:
    plugin(hub, "pause", SOURCE)
    one = states(hub)[SOURCE]
    assert ("loaded", "", 0, "pause") == (one["state"], one["code"], one["failures"], one["wish"])
    assert {"state", "code", "since", "failures", "wish", "records"} == set(one)
    (line,) = plugin(hub, "states").stdout.splitlines()
    assert [SOURCE, "loaded", "-"] == line.split("\t")[:3]


def test_a_source_that_the_pack_does_not_know_is_a_wrong_use(hub: HubInHand) -> None:
    assert 2 == plugin(hub, "pause", "nobody").exit_code
    assert {} == states(hub)
