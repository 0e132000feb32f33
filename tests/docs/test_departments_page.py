"""The page for departments, tried out: its own snippets against a hub that serves."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gridplus_client import Hub, Inbox, NotThere, SqliteSeen, Whistle
from gridplus_client.messages import read

from hub.clock import SystemClock
from hub.intake.links import following
from hub.model import AttachmentRef, Code, Stage
from hub.run.exits.webhooks import sign
from hub.run.sources.releasing import Releasing
from tests.docs.blocks import ROOT, blocks
from tests.docs.test_snippets import names_of
from tests.e2e.served import code_of, key_for, served
from tests.fileserver import FileServer
from tests.instruments import HubInHand, at, person, stated
from tests.photos import CANARY, photo

PAGE = ROOT / "docs/departments.md"
SAID = names_of(PAGE)
DOORS = (
    "api/departments.py",
    "run/exits/agreements.py",
    "run/matters/reporting.py",
    "run/supervision/owing.py",
    "whistle/returns.py",
    "whistle/waits.py",
)
"""Files of the hub that refuse what a department asks, and nobody else."""
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
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(hub: HubInHand) -> Iterator[str]:
    """Where that hub answers."""
    with served(hub) as where:
        yield where


@pytest.fixture
def shizheng(hub: HubInHand, url: str) -> Iterator[Hub]:
    with Hub(url, key_for(hub, "shizheng")) as client:
        yield client


@pytest.fixture
def inbox(shizheng: Hub, tmp_path: Path) -> tuple[Any, Inbox]:
    """The page's desk, and its inbox."""
    desk = SAID["Desk"](shizheng)
    return desk, SAID["inbox_of"](desk, str(tmp_path / "seen.db"))


def whistle_of(hub: HubInHand, department: str) -> str:
    """The one whistle by which `department` leads."""
    leads = hub.rows("SELECT department, id FROM whistle WHERE role = 'lead'")
    return str({row.department: row.id for row in leads}[department])


def message_of(hub: HubInHand) -> str:
    """The whistle of 市政 as its topic has it."""
    (row,) = hub.rows(
        "SELECT value FROM message WHERE topic = 'grid.whistles.shizheng' AND seq = "
        "(SELECT min(seq) FROM message WHERE topic = 'grid.whistles.shizheng')"
    )
    return str(row[0])


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


def test_what_was_pulled_and_acknowledged_does_not_come_again(
    hub: HubInHand, url: str, tmp_path: Path
) -> None:
    key, file = key_for(hub, PULLS), str(tmp_path / "seen.db")
    assert [1, 0] == [SAID["pull"](url, key, file), SAID["pull"](url, key, file)]
    moves = hub.rows(f"SELECT state FROM whistle WHERE id = '{whistle_of(hub, PULLS)}'")  # noqa: S608 an id of ours
    assert [("signed",)] == [tuple(row) for row in moves]


def test_a_whistle_is_signed_opened_and_answered_and_again_without_effect(
    hub: HubInHand, shizheng: Hub, inbox: tuple[Any, Inbox]
) -> None:
    desk, arrives = inbox
    assert [True, False] == [arrives.take(message_of(hub)) for _ in range(2)]
    whistle = read(message_of(hub))
    assert {whistle.whistle_id: "open"} == desk.jobs
    assert 1 == len(SAID["who_waits"](shizheng, whistle).reports)
    assert shizheng.report(whistle, "sign").repeated
    refused = SAID["hand_in"](shizheng, whistle, {"outcome": "perhaps", "measure": "已通电"})
    assert re.fullmatch(r"W102 .+ → .+ /form/outcome", refused)
    result = json.loads(blocks(PAGE, "json")[2].text)
    assert "result" == SAID["hand_in"](shizheng, whistle, result["form"])
    assert shizheng.report(whistle, result["move"], form=result["form"]).repeated
    again = replace(whistle, id=f"{whistle.id}:9")
    assert "it went on without us" == SAID["hand_in"](shizheng, again, result["form"])


def test_what_cannot_be_done_is_put_before_a_person(hub: HubInHand, url: str, tmp_path: Path) -> None:
    with Hub(url, "no key") as stranger:
        desk = SAID["Desk"](stranger)
        assert SAID["inbox_of"](desk, str(tmp_path / "seen.db")).take(message_of(hub))
    (job,) = desk.jobs.values()
    assert job.startswith("for a person: P109")


def test_pictures_are_those_that_a_person_released(hub: HubInHand, shizheng: Hub) -> None:
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


def test_another_departments_whistle_is_not_there(hub: HubInHand, shizheng: Hub) -> None:
    with pytest.raises(NotThere, match="W103"):
        shizheng.open(whistle_of(hub, PULLS))


def test_evidence_is_handed_in(hub: HubInHand, shizheng: Hub) -> None:
    id_ = SAID["show"](shizheng, whistle_of(hub, "shizheng"), photo())
    assert [(id_,)] == hub.rows("SELECT id FROM evidence")


def test_a_call_is_taken_with_the_hubs_signature_and_not_without(
    hub: HubInHand, inbox: tuple[Any, Inbox]
) -> None:
    desk, arrives = inbox
    body, stamp = message_of(hub).encode(), str(int(SystemClock().now().timestamp()))
    for secret, status in (("theirs", 401), ("ours", 204)):
        assert {} == desk.jobs
        headers = {"X-Gridplus-Timestamp": stamp, "X-Gridplus-Signature": sign(secret, stamp, body)}
        assert status == SAID["on_call"](arrives, "ours", headers, body)
    assert 1 == len(desk.jobs)
    assert 401 == SAID["on_call"](arrives, "ours", {}, body)


@pytest.mark.connected
def test_over_kafka_whistles_come_and_reports_go(real_servers: Any, tmp_path: Path) -> None:
    from gridplus_client.kafka import KafkaReports
    from kafka import KafkaConsumer

    from hub.bus import Message
    from hub.bus.kafka import KafkaBus, KafkaSettings

    servers = real_servers.kafka
    bus = KafkaBus(KafkaSettings(servers, {}))
    bus.ensure({"grid.whistles.docs": 1, "grid.reports.docs": 1}, retention_s=3600)
    message = '{"id": "wh_1", "type": "grid.whistle.v1", "subject": "wh_1"}'
    bus.publish([(Message("grid.whistles.docs", "in_1", message), 0)])
    bus.close()

    def handle(one: Whistle) -> None:
        with KafkaReports("docs", servers) as channel:
            SAID["sign"](channel, one)
        raise KeyboardInterrupt

    arrives = Inbox(SqliteSeen(tmp_path / "seen.db"), whistle=handle, called_off=print)
    with pytest.raises(KeyboardInterrupt):
        SAID["handle_topic"]("docs", servers, arrives, {})
    consumer = KafkaConsumer("grid.reports.docs", bootstrap_servers=servers, auto_offset_reset="earliest")
    event = json.loads(next(consumer).value)
    consumer.close()
    assert ("wh_1", {"nonce": "wh_1:sign", "move": "sign"}) == (event["subject"], event["data"])
    assert "department.docs" == SAID["security_of"]("docs", "x")["sasl_plain_username"]


def test_every_refusal_of_a_departments_own_stands_in_its_table() -> None:
    files = [(ROOT / "hub" / name).read_text(encoding="utf-8") for name in DOORS]
    refusals = {code for text in files for code in re.findall(r'Refused\(\s*"([A-Z][0-9]{3})"', text)}
    table = re.findall(r"^\| (`[^|]*) \| [0-9]{3} \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {"W102", "W104", "W116", "W143"} <= refusals <= set(re.findall(r"[A-Z][0-9]{3}", " ".join(table)))
