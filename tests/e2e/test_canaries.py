"""A value in every personal field of every source, looked for at every exit of both stacks (invariant 4)."""

import logging
from dataclasses import replace

import orjson
import pytest
from fastapi.testclient import TestClient

from hub.api.app import serve
from hub.bus.topics import DEADLETTERS, EVENTS, INCIDENTS, whistles
from hub.demo.canaries import Canaries
from hub.model import Code, Draft, Person
from hub.run import logs
from hub.run.explaining import explain
from hub.store import principals
from tests.e2e.test_journey import spot
from tests.instruments import HubInHand, at, stated

LINKED = (1, 0, 2, 3)
"""Hotline and urban management tell of one matter; the other two stand alone."""

TABLES = {
    "hotline_12345": Code("hl-2024", "010401"),
    "urban_management": Code("cg-2023", "0501"),
    "police_grid": Code("jg-2025", "JG0301"),
    "market_supervision": Code("sj-2026", "SJ0201"),
}


def planted(n: int) -> Person:
    """Somebody invented, each of whose values occurs nowhere else."""
    return Person(
        name=f"甄虚构{'甲乙丙丁'[n]}",
        phone=f"1390000{n:04d}",
        id_number=f"32990119000101{n:03d}X",
        address=f"杜撰里{n + 1}号",
        callback=True,
    )


def told(n: int, code: Code, hub: HubInHand) -> Draft:
    """A report that names its own teller and, in free text, a neighbour who reported the same matter."""
    one, neighbour = planted(n), planted(LINKED[n])
    words = (
        f"我是{one.name}，电话{one.phone}，身份证{one.id_number}，住{one.address}；{neighbour.name}也看到了。"
    )
    return stated(
        f"C{n}",
        category=code,
        position=at(*spot(hub)),
        title=f"{one.name}反映水管爆裂",
        content=words,
        requester=one,
    )


@pytest.fixture
def lived(hub: HubInHand, capsys: pytest.CaptureFixture[str]) -> HubInHand:
    """A hub that took one report with planted values from each source, one broken, one held, one answered."""
    logs.configure("debug")
    for n, (source, code) in enumerate(TABLES.items()):
        hub.tell(told(n, code, hub), source=source)
    dead = orjson.dumps({"requester": {"name": planted(0).name, "phone": planted(0).phone}})
    hub.tell(dead, replace(told(0, TABLES["hotline_12345"], hub), source_ref="H", position=None), b"boom")
    hub.settle(*TABLES)
    capsys.readouterr()
    return hub


def test_no_value_stands_in_any_column_not_even_in_a_sealed_one(lived: HubInHand) -> None:
    canaries = Canaries(planted(n) for n in range(4))
    with lived.hub.store.read() as conn:
        assert canaries.in_store(conn) == {}


def test_no_value_travels_on_any_topic(lived: HubInHand) -> None:
    canaries = Canaries(planted(n) for n in range(4))
    topics = [EVENTS, INCIDENTS, DEADLETTERS, *(whistles(c.department) for c in lived.hub.pack.contracts)]
    consumer = lived.hub.bus.consumer("canary", topics, lambda _: {})
    texts: list[str] = []
    idle = 0
    while idle < 8:
        got = consumer.poll(500, 0.5)
        texts += [one.value for one in got]
        idle = 0 if got else idle + (1 if texts else 0)
    consumer.close()
    assert len(texts) > 5
    assert canaries.in_texts({"topics": texts}) == {}


def test_over_http_a_department_sees_only_what_its_grants_unmask(lived: HubInHand) -> None:
    """Names, ids and home addresses are granted in full to nobody; a full phone only where a grant says so."""
    hub = lived.hub
    full_phone = {g.department for g in hub.pack.grants if g.field == "resident.phone" and not g.mask}
    departments = sorted({c.department for c in hub.pack.contracts})
    with hub.store.write() as conn:
        for name in departments:
            principals.register(
                conn, principals.Principal("department", name), f"key-{name}", hub.clock.now()
            )
    opened: dict[str, list[str]] = {}
    with TestClient(serve(hub)) as client:
        for id_, department in lived.rows("SELECT id, department FROM whistle"):
            for purpose in ("handle", "callback"):
                answer = client.get(
                    f"/departments/me/whistles/{id_}?purpose={purpose}",
                    headers={"authorization": f"Bearer key-{department}"},
                )
                assert answer.status_code == 200
                opened.setdefault(department, []).append(answer.text)
    assert opened
    for department, texts in opened.items():
        people = [planted(n) for n in range(4)]
        if department in full_phone:
            people = [replace(p, phone="") for p in people]
        granted_names = any(
            g.department == department and g.field == "resident.name" and not g.mask for g in hub.pack.grants
        )
        if granted_names:
            people = [replace(p, name="") for p in people]
        assert Canaries(people).in_texts({department: texts}) == {}


def test_explanations_account_and_logs_name_nobody(
    lived: HubInHand, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    canaries = Canaries(planted(n) for n in range(4))
    caplog.set_level(logging.DEBUG)
    texts = [orjson.dumps(lived.account()).decode()]
    with lived.hub.store.read() as conn:
        for table in ("event", "incident", "whistle", "record"):
            for (id_,) in lived.rows(
                f"SELECT id FROM {table}"  # noqa: S608 a name from the line above
            ):
                texts.append(orjson.dumps(explain(conn, id_)).decode())
    lived.tell(b"boom", orjson.dumps({"title": planted(1).name}))
    lived.settle(*TABLES)
    out = capsys.readouterr()
    assert "adapter_failed" in out.err
    assert (
        canaries.in_texts({"explain": texts, "out": [out.out], "err": [out.err], "log": [caplog.text]}) == {}
    )
