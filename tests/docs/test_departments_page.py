"""The page for departments, tried out: its own snippets against a hub that serves."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from hub.api.app import serve
from hub.crew import port_near
from hub.intake.links import following
from hub.model import AttachmentRef, Code, Stage
from hub.run.releasing import Releasing
from hub.run.webhooks import sign
from hub.store import principals
from tests.docs.blocks import ROOT, blocks
from tests.docs.test_snippets import names_of
from tests.fileserver import FileServer
from tests.instruments import HubInHand, at, person, stated
from tests.photos import CANARY, photo

PAGE = ROOT / "docs/departments.md"
SAID = names_of(PAGE)
KEY = "0" * 64
PULLS = "jiaoyu"
"""A department of the demo pack whose contract says `pull`."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubInHand]:
    """A hub with one matter for 市政 and one for a department that pulls."""
    made = HubInHand(tmp_path_factory.mktemp("hub"))
    address = made.hub.pack.geography.addresses[1000]
    here = at(address.lon, address.lat)
    made.tell(
        stated("LD1", category=Code("hl-2024", "010202"), position=here, requester=person(1)),
        stated("XX1", category=Code("hl-2024", code_of(made, PULLS)), position=here),
    )
    made.settle()
    with made.hub.store.write() as conn:
        for name, key in (("shizheng", KEY), (PULLS, KEY[::-1] + "1")):
            principals.register(conn, principals.Principal("department", name), key, made.clock.now())
    yield made
    made.close()


def code_of(hub: HubInHand, department: str) -> str:
    """A hotline code of a category that `department` leads."""
    (contract,) = (one for one in hub.hub.pack.contracts if one.department == department)
    lead = next(one for one in contract.accepts if one.role.value == "lead")
    found = hub.hub.pack.codes.code_for("hl-2024", lead.categories[0])
    assert found
    return found


@pytest.fixture(scope="module")
def url(hub: HubInHand) -> Iterator[str]:
    """Where that hub answers."""
    port = port_near(0)
    server = uvicorn.Server(uvicorn.Config(serve(hub.hub), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    ends = time.monotonic() + 10
    while not server.started and time.monotonic() < ends:
        thread.join(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def shizheng(url: str) -> Iterator[httpx.Client]:
    with SAID["caller"](url, KEY) as client:
        yield client


def whistle_of(hub: HubInHand, department: str) -> str:
    """The one whistle by which `department` leads."""
    leads = hub.rows("SELECT department, id FROM whistle WHERE role = 'lead'")
    return str({row.department: row.id for row in leads}[department])


def test_the_whistle_on_the_page_has_the_shape_of_a_real_one(hub: HubInHand) -> None:
    (row,) = hub.rows("SELECT value FROM message WHERE topic = 'grid.whistles.shizheng'")
    real, shown = json.loads(row[0]), json.loads(blocks(PAGE, "json")[0].text)
    assert shape(real) == shape(shown)


def test_the_word_on_the_page_of_a_whistle_that_was_called_off_has_the_shape_of_a_real_one(
    tmp_path: Path,
) -> None:
    hub = HubInHand(tmp_path)
    address = hub.hub.pack.geography.addresses[1000]
    lamp = stated("LD1", category=Code("hl-2024", "010202"), position=at(address.lon, address.lat))
    hub.tell(lamp)
    hub.settle()
    hub.clock.pause(60)
    hub.tell(replace(lamp, stage=Stage.CANCELLED))
    hub.settle()
    rows = hub.rows("SELECT value FROM message WHERE topic = 'grid.whistles.shizheng' ORDER BY seq")
    hub.close()
    real, shown = json.loads(rows[-1][0]), json.loads(blocks(PAGE, "json")[1].text)
    assert shape(real) == shape(shown)


def shape(value: Any) -> Any:
    """Names without values."""
    return (
        {name: shape(one) for name, one in value.items()} if isinstance(value, dict) else type(value).__name__
    )


def test_what_was_pulled_and_acknowledged_does_not_come_again(hub: HubInHand, url: str) -> None:
    with SAID["caller"](url, KEY[::-1] + "1") as client:
        known: dict[str, Any] = {}
        assert SAID["pull"](client, known) == 1
        assert SAID["pull"](client, known) == 0
    assert [whistle_of(hub, PULLS)] == list(known)


def test_a_whistle_is_opened_answered_and_answered_again_without_effect(
    hub: HubInHand, shizheng: httpx.Client
) -> None:
    whistle = whistle_of(hub, "shizheng")
    assert {"incident", "whistle", "reports"} == set(SAID["opened"](shizheng, whistle))
    assert SAID["report"](shizheng, whistle, "1", "sign")["state"] == "signed"
    assert SAID["report"](shizheng, whistle, "1", "sign")["repeated"]
    result = json.loads(blocks(PAGE, "json")[2].text)
    nonce, move = result.pop("nonce"), result.pop("move")
    assert SAID["report"](shizheng, whistle, nonce, move, **result)["state"] == "result"


def test_pictures_are_those_that_a_person_released(hub: HubInHand, shizheng: httpx.Client) -> None:
    files = FileServer()
    pack = hub.hub.pack
    setup = replace(pack.sources["hotline_12345"], attachments=following([files.host]))
    address = pack.geography.addresses[3000]
    url = files.put("/lamp.jpg", photo())
    lamp = stated("LD9", category=Code("hl-2024", "010202"), position=at(address.lon, address.lat))
    hub.tell(replace(lamp, attachments=(AttachmentRef(url),)))
    hub.settle()
    ((whistle,),) = hub.rows(
        "SELECT w.id FROM whistle w JOIN link l ON l.incident_id = w.incident_id JOIN attachment a "
        "ON a.event_key = l.event_key WHERE w.department = 'shizheng'"
    )
    named = HubInHand(hub.hub.settings.home, pack=replace(pack, sources={"hotline_12345": setup}))
    named.clock.pause(60)
    assert 1 == named.hub.plain_attachments("hotline_12345").step()
    named.close()
    files.close()
    assert {} == SAID["pictures"](shizheng, whistle)
    ((id_,),) = hub.rows("SELECT id FROM attachment")
    ledger = hub.hub.ledgers.mine()
    with hub.hub.store.write() as conn:
        now = hub.clock.now()
        desk = Releasing(conn, vault=hub.hub.vault, ledger=ledger, by="desk", reason="lamp", at=now)
        desk.release(id_)
    ledger.committed()
    shown = SAID["pictures"](shizheng, whistle)
    assert [f"{id_}.jpg"] == list(shown)
    assert CANARY not in shown[f"{id_}.jpg"]


def test_evidence_is_handed_in_and_a_departments_figures_are_its_own(
    hub: HubInHand, shizheng: httpx.Client
) -> None:
    id_ = SAID["show"](shizheng, whistle_of(hub, "shizheng"), photo())
    assert [(id_,)] == hub.rows("SELECT id FROM evidence")
    assert {"since", "until", "own", "median"} == SAID["standing"](shizheng).keys()


def test_a_refusal_says_code_cause_next_step_and_place(hub: HubInHand, shizheng: httpx.Client) -> None:
    whistle = whistle_of(hub, "shizheng")
    with pytest.raises(ValueError, match=r"^W102 .+ → .+ /.+"):
        SAID["report"](shizheng, whistle, "2", "result", note="x" * 3000)
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        SAID["opened"](shizheng, whistle_of(hub, PULLS))


@pytest.mark.parametrize(
    ("secret", "body", "late_s", "believed"),
    [
        pytest.param("ours", b"{}", 0, True, id="as the hub signs"),
        pytest.param("ours", b"{}", 299, True, id="a little late"),
        pytest.param("theirs", b"{}", 0, False, id="another secret"),
        pytest.param("ours", b"{ }", 0, False, id="another body"),
        pytest.param("ours", b"{}", 301, False, id="too late"),
    ],
)
def test_a_webhook_is_believed_only_with_the_hubs_signature(
    secret: str, body: bytes, late_s: int, believed: bool
) -> None:
    headers = {
        "x-gridplus-timestamp": "1773104700",
        "x-gridplus-signature": sign(secret, "1773104700", b"{}"),
    }
    assert believed is SAID["is_from_the_hub"]("ours", headers, body, 1773104700 + late_s)


def test_a_webhook_without_signature_is_not_believed() -> None:
    assert SAID["is_from_the_hub"]("ours", {}, b"{}", 0.0) is False


@pytest.mark.connected
def test_over_kafka_whistles_come_and_reports_go(real_servers: Any) -> None:
    from kafka import KafkaConsumer, KafkaProducer

    from hub.bus import Message
    from hub.bus.kafka import KafkaBus, KafkaSettings

    servers = real_servers.kafka
    bus = KafkaBus(KafkaSettings(servers, {}))
    bus.ensure({"grid.whistles.docs": 1, "grid.reports.docs": 1}, retention_s=3600)
    bus.publish([(Message("grid.whistles.docs", "in_1", '{"id": "wh_1"}'), 0)])
    bus.close()
    assert next(SAID["whistles"]("docs", servers)) == {"id": "wh_1"}

    producer = KafkaProducer(bootstrap_servers=servers)
    SAID["send_report"](producer, "docs", "wh_1", {"nonce": "7", "move": "sign"})
    producer.close()
    consumer = KafkaConsumer("grid.reports.docs", bootstrap_servers=servers, auto_offset_reset="earliest")
    event = json.loads(next(consumer).value)
    consumer.close()
    assert ("wh_1", {"nonce": "7", "move": "sign"}) == (event["subject"], event["data"])
