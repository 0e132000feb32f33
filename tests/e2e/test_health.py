"""What machines ask a process: alive, ready, and its figures, on both stacks."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from hub.api.app import serve
from hub.api.health import serve_health
from hub.bus.kafka import KafkaBus, KafkaSettings
from hub.crew import Crew, port_near
from hub.errors import FixSettings, TryLater
from hub.run import readiness
from hub.run.ground.loop import Loop
from hub.run.metrics import NAMES
from hub.settings import read
from hub.store import principals
from tests.connected.patience import until
from tests.instruments import HubInHand, demo_pack, person, stated
from tests.unit.run.sources import pipe

KEY = {"authorization": "Bearer " + "p" * 32}


def idle(name: str, *, done: int = 0) -> Loop:
    """A worker that is stepped by the test."""
    return Loop(name, lambda: done, idle_s=1.0, close=lambda: None)


@pytest.fixture
def loops() -> list[Loop]:
    """The workers of this process; a test adds its own."""
    return []


@pytest.fixture
def http(hub: HubInHand, loops: list[Loop]) -> Iterator[TestClient]:
    """The application of this process, and a key of somebody inside."""
    with hub.hub.store.write() as conn:
        who = principals.Principal("staff", "prometheus")
        principals.register(conn, who, "p" * 32, hub.clock.now())
    with TestClient(serve(hub.hub, loops), raise_server_exceptions=False) as client:
        yield client


def faults(http: TestClient) -> list[str]:
    """The codes that `/readyz` answers; none with 200."""
    answer = http.get("/readyz")
    codes = [one["code"] for one in answer.json()["faults"]]
    assert (503 if codes else 200) == answer.status_code
    return codes


def figures(http: TestClient) -> dict[str, dict[tuple[str, ...], float]]:
    """What `/metrics` answers: name → values of labels, in the order of the labels' names → figure."""
    answer = http.get("/metrics", headers=KEY)
    assert 200 == answer.status_code
    return {
        sample.name: {
            tuple(one.labels.values()): one.value for one in family.samples if one.name == sample.name
        }
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_hub_that_gets_on_is_alive_and_ready(hub: HubInHand, loops: list[Loop], http: TestClient) -> None:
    loops.append(idle("casework"))
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    assert {"status": "ok"} == http.get("/healthz").json()
    assert [] == faults(http)


def test_a_worker_that_ends_no_step_is_told_by_name(loops: list[Loop], http: TestClient) -> None:
    still, broken = idle("relay"), idle("reports")
    still.moved_s -= 2 * readiness.MOVES_WITHIN_S
    broken.broken = ZeroDivisionError()
    loops += [idle("casework"), still, broken]
    answer = http.get("/readyz").json()
    assert [("C151", True), ("C151", True)] == [
        (one["code"], name in one["cause"])
        for one, name in zip(answer["faults"], ("relay", "reports"), strict=True)
    ]


def test_steps_without_work_while_old_records_wait_are_no_progress(
    hub: HubInHand, loops: list[Loop], http: TestClient
) -> None:
    casework = idle("casework")
    casework.worked_s -= 2 * readiness.MOVES_WITHIN_S
    loops.append(casework)
    hub.tell(pipe(hub, "A1"))
    assert [] == faults(http)
    hub.clock.pause(readiness.SETTLED_WITHIN_S + 1)
    assert ["C153"] == faults(http)
    loops[0] = idle("clockwork")
    assert [] == faults(http)


def test_a_process_that_fails_and_rests_counts_its_failures_and_moves_on_no_clock() -> None:
    def fail() -> int:
        raise TryLater("C105")

    loop = Loop("relay", fail, idle_s=1.0, close=lambda: None)
    before = loop.moved_s
    loop._once()
    assert (0, 1, before) == (loop.steps, loop.failures, loop.moved_s)


def test_a_store_of_another_version_is_not_ready(hub: HubInHand, http: TestClient) -> None:
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert ["C152"] == faults(http)


def test_a_bus_that_is_away_is_told_and_the_process_is_alive_all_the_same(hub: HubInHand) -> None:
    away = KafkaBus(KafkaSettings("127.0.0.1:1", {}, patience_s=0.2))
    hub.hub.outbox  # noqa: B018  made while the bus was there
    hub.hub.bus.close()
    hub.hub.__dict__["bus"] = away
    with TestClient(serve_health(hub.hub, [])) as http:
        assert (["C105"], 200) == (faults(http), http.get("/healthz").status_code)


def test_figures_need_a_key_of_ours(http: TestClient) -> None:
    assert [401, 200] == [http.get("/metrics", headers=one).status_code for one in ({}, KEY)]


def test_figures_say_what_came_and_what_became_of_it(
    hub: HubInHand, loops: list[Loop], http: TestClient
) -> None:
    casework = idle("casework", done=3)
    casework._once()
    loops.append(casework)
    hub.tell(pipe(hub, "A1"), pipe(hub, "A1"), stated("A2", title="测试工单，请勿派"))
    hub.settle()
    hub.tell(pipe(hub, "A3", 1))
    hub.clock.pause(90)
    said = figures(http)
    fates = {
        fate: said["gridplus_records"][fate, "hotline_12345"]
        for fate in ("published", "linked", "held", "open")
    }
    assert {"published": 1, "linked": 1, "held": 1, "open": 1} == fates
    assert 90 == round(said["gridplus_oldest_unsettled_seconds"][()])
    assert {0} == set(said["gridplus_conservation_difference"].values())
    assert {("casework",): 1.0} == said["gridplus_worker_steps_total"]
    assert 0 == sum(said["gridplus_group_unread"].values())
    assert {"open": 1.0} == {state: n for (state,), n in said["gridplus_incidents"].items()}
    assert NAMES == said.keys() | {
        "gridplus_deliveries",
        "gridplus_answers",
        "gridplus_adapter_state",
        "gridplus_worker_failures_total",
    }


def test_figures_say_how_far_the_dossiers_are_behind(hub: HubInHand, http: TestClient) -> None:
    def behind() -> tuple[float, float]:
        with TestClient(serve_health(hub.hub, [])) as fresh:  # one that has kept nothing
            said = figures(fresh)
        return said["gridplus_dossier_unfiled"][()], round(said["gridplus_dossier_lag_seconds"][()])

    hub.tell(pipe(hub, "A1"))
    hub.settle()
    registrar = hub.hub.plain_registrar()
    while registrar.step():
        pass
    assert (0, 0) == behind()
    (whistle,) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    for nonce, move in enumerate(("sign", "contact")):
        said = {"nonce": str(nonce), "move": move}
        hub.hub.reporting.take("zilai", whistle.id, said, hub.clock.now())
        hub.clock.pause(90)
    assert (2, 180) == behind()
    while registrar.step():
        pass
    assert (0, 0) == behind()


def test_nothing_personal_is_among_the_figures(hub: HubInHand, http: TestClient) -> None:
    hub.tell(stated("A1", requester=person(7), position=pipe(hub, "A1").position))
    hub.settle()
    text = http.get("/metrics", headers=KEY).text
    assert "gridplus_records{" in text
    assert [] == [
        value for value in (person(7).name, person(7).phone, "水管", "A1") if value and value in text
    ]


def test_many_scrapers_cost_as_much_as_one(hub: HubInHand, http: TestClient) -> None:
    hub.tell(pipe(hub, "A1"))
    first = figures(http)["gridplus_records"]
    hub.tell(pipe(hub, "A2", 1))
    assert first == figures(http)["gridplus_records"]


def test_figures_of_the_workers_are_told_where_the_store_is_away(tmp_path: Path) -> None:
    hub = HubInHand(tmp_path)
    watch = serve_health(hub.hub, [idle("relay")]).state.watch
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("ALTER TABLE record RENAME TO gone")
    text = watch.figures().decode()
    hub.close()
    assert "gridplus_store_reachable 0.0" in text
    assert 'gridplus_worker_steps_total{worker="relay"} 0.0' in text


def test_a_process_without_the_web_worker_answers_on_its_health_port(tmp_path: Path) -> None:
    port = port_near(0)
    crew = Crew(read(home=tmp_path, health_port=port), ["clockwork"], pack=demo_pack())
    crew.start()
    url = f"http://127.0.0.1:{port}"
    until(lambda: _status(f"{url}/readyz") == 200, "it is ready")
    assert [200, 401, 404] == [_status(f"{url}{path}") for path in ("/healthz", "/metrics", "/account")]
    crew.stop()


def test_the_map_is_in_memory_before_anybody_looks(tmp_path: Path) -> None:
    hub = HubInHand(tmp_path)
    hub.close()
    port = port_near(0)
    crew = Crew(read(home=tmp_path, port=port, figures_without_key=True), ["web"], pack=demo_pack())
    crew.start()
    until(lambda: 'steps_total{worker="map"} 1.0' in _text(f"http://127.0.0.1:{port}/metrics"), "it was read")
    crew.stop()


def _text(url: str) -> str:
    try:
        return httpx.get(url).text
    except httpx.TransportError:
        return ""


def _status(url: str) -> int:
    try:
        return httpx.get(url).status_code
    except httpx.TransportError:
        return 0


def test_figures_without_a_key_are_for_this_machine_only(tmp_path: Path) -> None:
    hub = HubInHand(tmp_path)
    hub.hub.settings.figures_without_key, hub.hub.settings.host = True, "0.0.0.0"  # noqa: S104  what is refused
    with pytest.raises(FixSettings, match="figures_without_key"):
        serve_health(hub.hub, [])
    hub.close()
