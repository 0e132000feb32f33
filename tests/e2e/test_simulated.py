"""`gridplus department simulate`: a department to test against, at a hub that runs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.demo.simulated import Order, playing
from hub.errors import FixSettings, Refused
from hub.model import Channel
from hub.settings import read
from hub.store import reports
from tests.connected.patience import until
from tests.e2e.served import blow, key_for, served
from tests.instruments import HubInHand, demo_pack

PULLS, LISTENS, READS = "jiaoyu", "gongdian", "shizheng"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubInHand]:
    made = HubInHand(tmp_path_factory.mktemp("hub"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(hub: HubInHand) -> Iterator[str]:
    with served(hub) as where:
        yield where


def order(hub: HubInHand, url: str, department: str, channel: Channel, **more: Any) -> Order:
    (contract,) = (one for one in demo_pack().contracts if one.department == department)
    key = key_for(hub, department)
    return Order(contract=contract, channel=channel, url=url, key=key, **{"seed": 1, **more})


def moves(hub: HubInHand, whistle: str) -> list[str]:
    with hub.hub.store.read() as conn:
        return [move.value for move, _ in reports.moves_of(conn, whistle)]


def test_a_department_that_pulls_goes_the_whole_way_and_its_form_fits(hub: HubInHand, url: str) -> None:
    whistle = blow(hub, PULLS)
    with playing(order(hub, url, PULLS, Channel.PULL), read()) as (system, listens_at):
        until(lambda: system.reported == 4 and system.idle(), "all four moves")
    assert ["sign", "contact", "arrive", "result"] == moves(hub, whistle)
    assert (0, 1, "") == (system.refused, system.opened, listens_at)


def test_a_department_that_reads_the_bus_finds_its_topic(hub: HubInHand, url: str) -> None:
    whistle = blow(hub, READS)
    store = hub.hub.settings.store_url
    with playing(order(hub, url, READS, Channel.KAFKA), read(store=store)) as (system, _):
        until(lambda: moves(hub, whistle)[-1:] == ["result"], "the result")
    assert 0 == system.refused


def test_a_department_that_listens_takes_the_hubs_call(hub: HubInHand, url: str) -> None:
    whistle = blow(hub, LISTENS)
    secret = "s" * 32
    with playing(order(hub, url, LISTENS, Channel.WEBHOOK, secret=secret), read()) as (system, listens_at):
        hub.hub.settings.webhooks[LISTENS] = {"url": listens_at, "secret": secret}
        assert 1 == hub.hub.webhooks(LISTENS)._step()
        until(lambda: moves(hub, whistle)[-1:] == ["result"], "the result")
    assert 0 == system.refused


@pytest.mark.slow
def test_a_bad_department_is_refused_and_goes_on(hub: HubInHand, url: str) -> None:
    for number in range(2, 12):
        blow(hub, PULLS, number)
    with playing(order(hub, url, PULLS, Channel.PULL, manner="badly", seed=3), read()) as (system, _):
        until(lambda: system.seen() >= 10 and system.idle(), "an end of it", within_s=60)
    assert 0 < system.refused <= system.reported


def test_a_hub_that_is_not_there_or_does_not_know_the_key_is_told(hub: HubInHand, url: str) -> None:
    good = order(hub, url, PULLS, Channel.PULL)
    wrong: list[tuple[type[Exception], str, dict[str, Any]]] = [
        (Refused, "P109", {"key": "x" * 64}),
        (FixSettings, "C171", {"url": "http://127.0.0.1:9"}),
        (FixSettings, "C171", {"url": f"{url}/else"}),
        (FixSettings, "C101", {"channel": Channel.WEBHOOK}),
    ]
    for kind, code, changes in wrong:
        given = {name: getattr(good, name) for name in ("contract", "channel", "url", "key")} | changes
        with pytest.raises(kind, match=code), playing(Order(**given), read()):
            pass


def test_the_command_stops_by_itself_and_says_what_it_did(hub: HubInHand, url: str, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("gridplus")), "department", "simulate", PULLS]
    done = subprocess.run(
        [*command, "--url", url, "--for", "1s", "--json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "GRIDPLUS_KEY": key_for(hub, PULLS)},
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    assert {"whistles", "opened", "reports", "refused"} == set(orjson.loads(done.stdout))
