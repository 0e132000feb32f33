"""A value in every personal field of every source, looked for at every exit of both stacks (invariant 4).

Which exits there are is `exits`'s, derived from the code; who is planted where is `planted`'s.
"""

import errno
import io
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import orjson
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy.engine import make_url

from hub.access.exits import Exit
from hub.api.app import serve
from hub.bus.topics import whistles
from hub.cli import main
from hub.clock import day_of
from hub.demo.canaries import Canaries
from hub.demo.departments import Departments, WebhookDepartment
from hub.demo.newcomers import NEEDS_KAFKA
from hub.model import Channel, Code, DepartmentId, Mode
from hub.run.dossier.dossierpage import page
from hub.run.dossier.dossiers import Asked
from hub.run.exits.explaining import explain
from hub.run.ground import logs
from hub.run.ground.pictures import Part
from hub.run.sources.entering import REPORTS
from hub.run.sources.reception import Reception, write
from hub.run.sources.releasing import Releasing
from hub.run.supervision.deferring import Deferring
from hub.store import principals
from hub.store.tables import metadata
from tests.e2e import exits
from tests.e2e.planted import (
    PEOPLE,
    for_every_department,
    hidden_from,
    pack_with_files,
    planted,
    spoken_by_every_plugin,
    told,
)
from tests.e2e.test_journey import spot
from tests.fileserver import FileServer
from tests.instruments import HubInHand, at
from tests.photos import photo
from tests.unit.run.duty import phones
from tests.unit.run.relayed import relay

LINKED = {200: 201, 201: 200, 202: 202, 203: 203}
"""Hotline and urban management tell of one matter, and of each other; the other two stand alone."""
CODES = {
    "hotline_12345": Code("hl-2024", "010401"),
    "urban_management": Code("cg-2023", "0501"),
    "police_grid": Code("jg-2025", "JG0301"),
    "market_supervision": Code("sj-2026", "SJ0201"),
}
EVERYBODY = Canaries(planted(n) for n in range(PEOPLE))


@dataclass
class Day:
    """A hub that has lived through a day, and what has left it so far."""

    in_hand: HubInHand
    home: Path
    temporary: Path
    servers: Path | None
    files: FileServer
    """Where broker and database of the connected stack keep their files; None where they are not ours."""
    printed: str = ""
    webhooks: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    """What was said on duty phones, by SMS and by voice."""
    words: list[str] = field(default_factory=list)
    """What was written to requesters."""

    @property
    def departments(self) -> list[str]:
        """All that have a contract."""
        return sorted({c.department for c in self.in_hand.hub.pack.contracts})

    def whistles(self) -> list[tuple[str, str]]:
        """(id, department) of every whistle."""
        return [
            (id_, department) for id_, department in self.in_hand.rows("SELECT id, department FROM whistle")
        ]

    def client(self) -> TestClient:
        """The application, called as a department's software would."""
        return TestClient(serve(self.in_hand.hub), raise_server_exceptions=False)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("embedded", marks=pytest.mark.slow),
        pytest.param("connected", marks=pytest.mark.connected),
    ],
)
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Every source has spoken through its own plugin; every department was called, has opened and reported."""
    home, temporary = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("temporary")
    files = FileServer()
    pack = pack_with_files(files.host, has_broker=request.param == "connected")
    bus = ""
    if request.param == "embedded":
        lived = Day(HubInHand(home, pack=pack), home, temporary, None, files)
    else:
        real = request.getfixturevalue("real_servers")
        store, bus, prefix = real.fresh()
        made = HubInHand(home, store=store, bus=bus, prefix=prefix, pack=pack)
        lived = Day(made, home, temporary, real.place, files)
    heard = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(heard), redirect_stdout(heard):
        patch.setattr(tempfile, "tempdir", str(temporary))
        logs.configure("debug")
        speak(lived, tmp_path_factory.mktemp("systems"), bus)
        call_everybody(lived)
        tell_of_one_matter(lived)
        fetch_files(lived)
        take_webhooks(lived)
        ring_phones(lived, tmp_path_factory.mktemp("gateways"))
        open_and_report(lived)
        contact_requesters(lived, tmp_path_factory.mktemp("lines"))
        supervise(lived)
        take_webhooks(lived)
        assert 0 < lived.in_hand.hub.plain_registrar().catch_up(200) < 200
    lived.printed = heard.getvalue()
    yield lived
    lived.in_hand.close()
    files.close()


def speak(day: Day, systems: Path, bus: str) -> None:
    """Each plugin's own bodies, through its own adapter."""
    hub = day.in_hand.hub
    said = spoken_by_every_plugin(hub.pack, systems, bus)
    hub.settings.sources.update({name: dict(config) for name, config in said.configs.items()})
    for source, bodies in said.by_source.items():
        adapter = hub.adapter(source)
        reception = Reception(source, adapter, hub.vault, body_limit=1_000_000)
        with hub.store.write() as conn:
            write(conn, reception.prepare(bodies, arrival="day", mode=Mode.LIVE, now=hub.clock.now()))
        intake = hub.plain_intake(source, adapter)
        held = intake.lease()
        assert held is not None
        while intake.digest(held):
            pass
    day.in_hand.settle(*hub.pack.sources)


def call_everybody(day: Day) -> None:
    """The examples of every contract; then nobody is left that was not called."""
    for source, draft in for_every_department(day.in_hand.hub.pack, day.files.url):
        day.in_hand.tell(draft, source=source)
    day.in_hand.settle(*day.in_hand.hub.pack.sources)
    assert set(day.departments) == {department for _, department in day.whistles()}


def tell_of_one_matter(day: Day) -> None:
    """Reports that name each other's tellers; one that is broken, one that waits, one that breaks its adapter."""
    here = at(*spot(day.in_hand))
    drafts = [
        told(n, LINKED[n], code, day.files.url, position=here)
        for n, code in zip(LINKED, CODES.values(), strict=True)
    ]
    for source, draft in zip(CODES, drafts, strict=True):
        day.in_hand.tell(draft, source=source)
    broken = orjson.dumps({"requester": {"name": planted(200).name, "phone": planted(200).phone}})
    day.in_hand.tell(broken, replace(drafts[0], source_ref="H", position=None), b"boom")
    day.in_hand.settle(*CODES)


def fetch_files(day: Day) -> None:
    """Every photo is fetched, with its teller's phone in its link and in what it says of itself; a person releases
    every second one and covers the others. A link that nobody may follow stays behind."""
    hub = day.in_hand.hub
    for n in range(PEOPLE):
        day.files.put(f"/{planted(n).phone}.jpg", photo(said=planted(n).phone.encode()))
    day.in_hand.tell(told(390, 390, CODES["hotline_12345"], position=at(*spot(day.in_hand, 3))))
    day.in_hand.settle(*hub.pack.sources)
    for source in hub.pack.sources:
        while hub.plain_attachments(source).step():
            pass
    states = dict(day.in_hand.rows("SELECT state, count(*) FROM attachment GROUP BY state"))
    assert 1 == states.pop("refused")
    assert {"fetched"} == set(states)
    ledger = hub.ledgers.mine()
    for number, (id_,) in enumerate(day.in_hand.rows("SELECT id FROM attachment WHERE state = 'fetched'")):
        with hub.store.write() as conn:
            at_ = hub.clock.now()
            desk = Releasing(conn, vault=hub.vault, ledger=ledger, by="desk", reason="seen", at=at_)
            desk.release(id_, [Part(0, 0, 9, 9)] if number % 2 else [])
        ledger.committed()


def take_webhooks(day: Day) -> None:
    """Departments that are called by webhook listen on loopback, and keep what comes."""
    hub = day.in_hand.hub
    for department in sorted({c.department for c in hub.pack.contracts if Channel.WEBHOOK in c.channels}):
        system = Departments("http://127.0.0.1:9", {}, (), 1)
        with closing(listening(system)) as there:
            hub.settings.webhooks[department] = {"url": there.url, "secret": "s" * 32}
            calls = hub.webhooks(department)
            while calls._step():
                pass
        day.webhooks += system.messages


def ring_phones(day: Day, place: Path) -> None:
    """Every emergency rings by SMS, and three minutes later by voice."""
    with phones(day.in_hand, place) as duty:
        duty.work()
        duty.after(180)
        day.calls += [one["text"] for gateway in (duty.sms, duty.voice) for one in gateway.heard()]


class listening:  # noqa: N801 reads as a word
    """A department's listener from here to `close`."""

    def __init__(self, system: Departments) -> None:
        self._server = WebhookDepartment(system, "s" * 32)
        self._server.start()
        self.url = self._server.url

    def close(self) -> None:
        """It stops."""
        self._server.stop()


def open_and_report(day: Day) -> None:
    """Each department opens its whistles and reports with a note that names who did it, and a photo that does."""
    hub = day.in_hand.hub
    with hub.store.write() as conn:
        for name in day.departments:
            who = principals.Principal("department", name)
            principals.register(conn, who, f"key-{name}", hub.clock.now())
    with day.client() as client:
        for id_, department in day.whistles():
            note = f"经办{planted(300).name}，电话{planted(300).phone}"
            named = {"nonce": f"{id_}0", "move": "sign", "reason_code": planted(300).phone}
            refused = client.post(
                f"/departments/me/whistles/{id_}/reports", headers=by(department), json=named
            )
            assert (422, "W114") == (refused.status_code, refused.json()["code"])
            said = {"nonce": id_, "move": "sign", "note": note}
            reported = client.post(
                f"/departments/me/whistles/{id_}/reports", headers=by(department), json=said
            )
            assert 201 == reported.status_code, reported.text
            shown = photo(said=planted(300).phone.encode())
            handed_in = client.post(
                f"/departments/me/whistles/{id_}/evidence", headers=by(department), content=shown
            )
            assert 201 == handed_in.status_code, handed_in.text
    day.in_hand.settle(*hub.pack.sources)


def contact_requesters(day: Day, place: Path) -> None:
    """Each department that may writes to somebody, and has its telephone connected with theirs; words with a number are
    refused."""
    hub = day.in_hand.hub
    contacted: set[str] = set()
    with relay(day.in_hand, place) as line, day.client() as client:
        for id_, department in day.whistles():
            choices = hub.contacts.choices(department, id_, hub.clock.now())
            if department in contacted:
                continue
            for report in choices.reports[:1]:
                contacted.add(department)
                said: list[dict[str, str]] = [
                    {"kind": "message", "template": "on_the_way"},
                    {"kind": "call", "extension": choices.extensions[0]},
                    {"kind": "message", "text": planted(300).phone},
                ]
                path, key = f"/departments/me/whistles/{id_}/contacts", by(department)
                done = [
                    client.post(path, headers=key, json={"nonce": f"{report}{n}", "report": report, **one})
                    for n, one in enumerate(said)
                ]
                assert [201, 201, 422] == [one.status_code for one in done], [one.text for one in done]
        line.work()
        line.work(20)
        day.words += [text for _, text in line.wrote()]
        assert line.connected()
    assert {"delivered", "answered"} <= {r[0] for r in day.in_hand.rows("SELECT DISTINCT state FROM contact")}


def supervise(day: Day) -> None:
    """Days later: each department appeals a card in words that name somebody, and answers for what it is asked; a
    matter is agreed to wait."""
    hub = day.in_hand.hub
    day.in_hand.clock.pause(timedelta(days=6).total_seconds())
    clockwork = hub.plain_clockwork()
    while clockwork.step():
        pass
    note = f"经办{planted(310).name}，电话{planted(310).phone}"
    with day.client() as client:
        for department in day.departments:
            cards = client.get("/departments/me/cards", headers=by(department)).json()["cards"]
            for card in cards[:1]:
                said = {"nonce": department, "reason_code": "RAIN", "note": note}
                path = f"/departments/me/cards/{card['id']}/appeal"
                assert 201 == client.post(path, headers=by(department), json=said).status_code
            owed = client.get("/departments/me/measures", headers=by(department)).json()["measures"]
            for one in owed:
                path, said = f"/departments/me/measures/{one['id']}/answer", {"nonce": "1", "words": note}
                assert 201 == client.post(path, headers=by(department), json=said).status_code
    with hub.store.write() as conn:
        now = hub.clock.now()
        matter = conn.exec_driver_sql("SELECT min(id) FROM incident WHERE state = 'open'").scalar_one()
        Deferring(conn, by="desk", at=now).propose(matter, "HARD", day_of(now) + timedelta(days=9))
    assert [] != day.in_hand.rows("SELECT 1 FROM card WHERE state = 'appealed'")
    assert [] != day.in_hand.rows("SELECT 1 FROM measure WHERE state = 'answered'")


def _a_card_of(client: TestClient, department: str) -> str:
    """The id of one of the department's cards; a value where it has none."""
    cards = client.get("/departments/me/cards", headers=by(department)).json()["cards"]
    return str(cards[0]["id"]) if cards else planted(0).phone


def _a_measure_of(client: TestClient, department: str) -> str:
    """The id of one of the department's records of supervision; a value where it has none."""
    owed = client.get("/departments/me/measures", headers=by(department)).json()["measures"]
    return str(owed[0]["id"]) if owed else planted(0).phone


def _a_file_of(client: TestClient, department: str, whistle: str) -> str:
    """The id of a file that the department is shown; a value where it is shown none."""
    listed = client.get(f"/departments/me/whistles/{whistle}/attachments", headers=by(department))
    shown = listed.json().get("attachments", [])
    return str(shown[0]["id"]) if shown else planted(0).phone


def by(department: str) -> dict[str, str]:
    """The department's key as a header."""
    return {"authorization": f"Bearer key-{department}"}


# -- which exits there are -------------------------------------------------------------------------


def test_no_exit_is_unknown(tmp_path: Path) -> None:
    """Whoever adds a way out adds its row in `exits` and sees to it that it is searched."""
    made = HubInHand(tmp_path)
    app = serve(made.hub)
    made.close()
    assert set(exits.ROUTES) == set(exits.routes(app.routes))
    assert set(exits.COMMANDS) == set(exits.commands(main))
    assert set(exits.EXITS) == set(Exit)
    idle = {one.name for one, where in exits.EXITS.items() if where == exits.NOTHING_YET}
    assert set() == idle & exits.used_exits()


def test_every_source_of_a_plugin_has_spoken_and_every_department_was_called(day: Day) -> None:
    sources = day.in_hand.hub.pack.sources
    spoken = {source for (source,) in day.in_hand.rows("SELECT DISTINCT source FROM record")}
    assert set(sources) == spoken
    # our own pages: tests/e2e/test_own_pages.py; tables of what the same companies tell by their platforms
    elsewhere = {REPORTS, "utilities_table", *(NEEDS_KAFKA - set(sources))}
    assert set(day.in_hand.hub.registry.adapters) - elsewhere == {one.plugin for one in sources.values()}
    assert set(day.departments) == {department for _, department in day.whistles()}
    fates = day.in_hand.account()["fates"]
    assert all(fates[one] for one in ("published", "linked", "held", "dead"))


def test_every_line_that_can_be_logged_has_a_name_and_no_field_for_a_payload() -> None:
    lines = list(exits.log_lines())
    assert len(lines) > 20
    assert [] == [where for where, name, fields in lines if not name or fields - exits.LOGGED - {"**"}]
    assert set(exits.SPREAD) == {name for _, name, fields in lines if "**" in fields}


# -- the exits, one after the other ----------------------------------------------------------------


def test_no_value_stands_in_any_column_not_even_in_a_sealed_one(day: Day) -> None:
    with day.in_hand.hub.store.read() as conn:
        assert {} == EVERYBODY.in_store(conn)


def test_the_database_as_a_whole_shows_nobody(day: Day, tmp_path: Path) -> None:
    """Dumped, and where its files are ours, their bytes: pages that were freed, write-ahead log, log."""
    dumped = dump_of(day)
    assert all(f"{table.name}" in dumped for table in metadata.sorted_tables)
    assert {} == EVERYBODY.in_texts({"dump": [dumped]})


def dump_of(day: Day) -> str:
    """All of the store in SQL."""
    url = make_url(day.in_hand.hub.settings.store_url)
    if url.database and url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database)) as conn:
            return "\n".join(conn.iterdump())
    dump = shutil.which("pg_dump")
    assert dump is not None, "pg_dump comes with the server"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run([dump, plain], check=True, capture_output=True, text=True).stdout


def test_no_value_lies_in_any_file_of_hub_broker_or_database(day: Day) -> None:
    """Home with database, keys and adapters' state; temporary files; logs and data of the servers."""
    places = [day.home, day.temporary, *([day.servers] if day.servers else [])]
    files = [one for place in places for one in place.rglob("*") if one.is_file()]
    assert files
    assert [] == [str(one) for one in files if EVERYBODY.shown_in(read(one))]


def read(file: Path) -> bytes:
    """Its bytes, without the holes of a broker's files, which are many times as large; none where it is gone: servers
    tidy up."""
    try:
        with file.open("rb") as it:
            return b"\0".join(extents(it))
    except FileNotFoundError:
        return b""


def extents(file: BinaryIO) -> Iterator[bytes]:
    """What was ever written to it, piece by piece."""
    end = 0
    while True:
        try:
            start = os.lseek(file.fileno(), end, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:  # nothing was written behind here
                raise
            return
        end = os.lseek(file.fileno(), start, os.SEEK_HOLE)
        yield os.pread(file.fileno(), end - start, start)


def test_a_value_is_found_before_and_behind_a_hole(tmp_path: Path) -> None:
    for start in (0, 1 << 24):
        with (tmp_path / "sparse").open("wb") as file:
            file.seek(start)
            file.write((planted(0).phone or "").encode())
            file.truncate(1 << 26)
        assert EVERYBODY.shown_in(read(tmp_path / "sparse"))
        assert len(read(tmp_path / "sparse")) < 1 << 20


def test_no_value_travels_on_any_topic(day: Day) -> None:
    hub = day.in_hand.hub
    consumer = hub.bus.consumer("canary", list(hub.topics), lambda _: {})
    texts: dict[str, list[str]] = defaultdict(list)
    idle = 0
    while idle < 8:
        got = consumer.poll(500, 0.5)
        for one in got:
            texts[one.topic].append(one.value)
        idle = 0 if got else idle + (1 if texts else 0)
    consumer.close()
    by_topic = {c.department for c in hub.pack.contracts if Channel.KAFKA in c.channels}
    assert {whistles(one) for one in by_topic} <= texts.keys()
    assert {} == EVERYBODY.in_texts(texts)


def test_no_value_is_sent_to_a_webhook(day: Day) -> None:
    assert day.webhooks
    assert {} == EVERYBODY.in_texts({"webhooks": day.webhooks})


def test_no_value_is_said_on_a_duty_phone(day: Day) -> None:
    assert any("按1签收" in one for one in day.calls)
    assert any("网格吹哨" in one for one in day.calls)
    assert {} == EVERYBODY.in_texts({"calls to duty phones": day.calls})


def test_no_value_is_written_to_a_requester(day: Day) -> None:
    assert day.words
    assert {} == EVERYBODY.in_texts({"words to requesters": day.words})


def test_no_value_is_told_to_a_source(day: Day) -> None:
    """What a department wrote goes to no source as it stands: answers are composed of fields."""
    answers = [body for (body,) in day.in_hand.rows("SELECT body FROM answer")]
    assert answers
    assert {} == EVERYBODY.in_texts({"answers": answers})


def test_over_http_a_department_sees_only_what_its_grants_unmask(day: Day) -> None:
    """Every route, by every department, for each of its whistles; and nothing that was sent comes back."""
    mine: dict[str, list[str]] = defaultdict(list)
    pictures = 0
    for id_, department in day.whistles():
        mine[department].append(id_)
    with day.client() as client:
        for department in day.departments:
            canaries = Canaries(hidden_from(day.in_hand.hub.pack, department))
            for route in sorted(exits.ROUTES):
                answers = list(asked(client, route, department, mine[department]))
                assert answers
                assert {} == canaries.in_texts({f"{route} by {department}": [one.text for one in answers]})
                assert [] == [one for one in answers if canaries.shown_in(one.content)]
                pictures += sum("image/jpeg" == one.headers.get("content-type") for one in answers)
    assert pictures


def test_a_dossier_shows_only_what_its_grants_unmask(day: Day) -> None:
    """Every whistle's, as its department and as the centre may take it along; all of its members."""
    hub = day.in_hand.hub
    centre = hub.pack.fallback_owner
    words = 0
    for whistle, department in day.whistles():
        for name in (department, centre):
            asked_for = Asked(
                whistle_id=whistle,
                department=DepartmentId(name),
                is_centre=name == centre,
                purpose="handle",
                by="desk",
                at=hub.clock.now(),
            )
            export = hub.dossiers.export(asked_for, hub.ledgers.mine())
            said = [orjson.dumps(export.data).decode(), page(export.data, hub.pack).decode()]
            canaries = Canaries(hidden_from(hub.pack, name))
            assert {} == canaries.in_texts({f"{whistle} for {name}": said})
            words += sum("event.content" in one.get("masked", {}) for one in export.data["entries"])
    assert words


def asked(client: TestClient, route: str, department: str, mine: list[str]) -> Iterator[Response]:
    """The answers of one route: for what is the department's own, and for what is nobody's."""
    method, _, path = route.partition(" ")
    wrong = {"nonce": planted(0).phone, "move": planted(0).name, planted(0).phone: planted(0).name}
    for id_ in [*mine, planted(0).phone]:
        filled = path.replace("{whistle_id}", id_).replace("{source}", "hotline_12345")
        filled = filled.replace("{path:path}", planted(0).phone)
        if "{attachment_id}" in path:
            filled = filled.replace("{attachment_id}", _a_file_of(client, department, id_))
        if "{card_id}" in path:
            filled = filled.replace("{card_id}", _a_card_of(client, department))
        if "{measure_id}" in path:
            filled = filled.replace("{measure_id}", _a_measure_of(client, department))
        for purpose in ("handle", "callback"):
            yield client.request(
                method,
                filled,
                headers=by(department),
                params={"purpose": purpose},
                json=None if method == "GET" else wrong,
            )
        if "whistle_id" not in path:
            return


def test_no_value_is_logged(day: Day, caplog: pytest.LogCaptureFixture) -> None:
    """On the most talkative level, through the day and while an adapter fails."""
    caplog.set_level(logging.DEBUG)
    heard = io.StringIO()
    with redirect_stderr(heard):
        day.in_hand.tell(b"boom", orjson.dumps({"title": planted(1).name}))
        day.in_hand.settle(*CODES)
    assert "adapter_failed" in heard.getvalue()
    assert "adapter_failed" in day.printed
    said = {"day": [day.printed], "stderr": [heard.getvalue()], "log": [caplog.text]}
    assert {} == EVERYBODY.in_texts(said)


def test_no_command_prints_a_value(day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With figures or with an error; explained is every event, incident, whistle and record.

    The last to use the hub: `keys rotate` takes its master key away from it.
    """
    monkeypatch.chdir(tmp_path)
    settings = day.in_hand.hub.settings
    told = (
        ("HOME", day.home),
        ("BUS", settings.bus),
        ("KAFKA_PREFIX", settings.kafka_prefix),
        ("CHROMIUM", ""),
    )
    for name, value in told:
        monkeypatch.setenv(f"GRIDPLUS_{name}", str(value))
    printed: dict[str, list[str]] = {}
    for name, given in exits.COMMANDS.items():
        if not isinstance(given, str):
            words = [*name.split(), *(filled(day, one, tmp_path) for one in given)]
            if name not in exits.WITHOUT_STORE:
                words += ["--store", settings.store_url]
            clock = {
                "GRIDPLUS_CLOCK_START": day.in_hand.clock.now().isoformat()
            }  # as the day's: a preview looks back
            done = CliRunner().invoke(main, words, env=clock if name.startswith("grants ") else None)
            assert "Traceback" not in done.output
            assert "C104" not in done.output, f"{name} waited for a store that is there"
            printed[name] = [done.stdout, done.stderr]
    printed["account"] = [orjson.dumps(day.in_hand.account()).decode()]
    assert {} == EVERYBODY.in_texts(printed | {"explain": explained(day)})
    assert EVERYBODY.shown_in(photo(said=planted(1).phone.encode()))
    assert not EVERYBODY.shown_in(read(tmp_path / "shown"))
    with zipfile.ZipFile(tmp_path / "dossier") as opened:
        assert [] == [name for name in opened.namelist() if EVERYBODY.shown_in(opened.read(name))]
    assert orjson.loads(printed["verify"][0].splitlines()[-1])["shown"]
    assert orjson.loads(printed["grants preview"][0].splitlines()[-1])["examples"]
    copied = [one for one in (tmp_path / "copy").rglob("*") if one.is_file()]
    assert copied
    assert [] == [str(one) for one in copied if EVERYBODY.shown_in(read(one))]


def filled(day: Day, word: str, place: Path) -> str:
    """An argument with what the hub holds; a file to import that names somebody in a row that is wrong."""
    if word == "{pack}":
        return str(day.in_hand.hub.pack.root)
    if word == "{attachment}":
        return str(day.in_hand.rows("SELECT min(id) FROM attachment WHERE state = 'fetched'")[0][0])
    if word == "{grant}":
        return next(one.id for one in day.in_hand.hub.pack.grants if one.field == "resident.phone")
    if word == "{whitelist}":
        return str(day.in_hand.hub.pack.root / "grants.yaml")
    if word.strip("{}") in _STORED and word.startswith("{"):
        return str(day.in_hand.rows(f"SELECT min(id) FROM {word.strip('{}')}")[0][0])  # noqa: S608 one of these words
    if word == "{words}":
        (place / "words").write_text(f"经办{planted(310).name}", "utf-8")
        return str(place / "words")
    if word == "{file}":
        (place / "rows.csv").write_text(f"编号,标题\n,{planted(0).name}\n{planted(0).phone}\n", "utf-8")
        return str(place / "rows.csv")
    if word == "{public}":
        return hub_key(day)
    if word == "{map}":
        (place / "map.yaml").write_text(
            "format: csv\ncode_table: hl-2024\ncolumns: {source_ref: 编号, title: 标题}\n"
        )
        return str(place / "map.yaml")
    return str(place / word.strip("{}")) if word in _PLACES else word


def hub_key(day: Day) -> str:
    """The public key that its dossiers are verified with."""
    return day.in_hand.hub.signer().public.hex()


_STORED = ("card", "deferral", "event", "evidence", "incident", "measure", "proposal", "whistle")
_PLACES = ("{copy}", "{copied_keys}", "{shown}", "{evidence_file}", "{dossier}")


def explained(day: Day) -> list[str]:
    """Why, of everything."""
    with day.in_hand.hub.store.read() as conn:
        return [
            orjson.dumps(explain(conn, id_)).decode()
            for table in ("event", "incident", "whistle", "record")
            for (id_,) in day.in_hand.rows(f"SELECT id FROM {table}")  # noqa: S608 a name from the line above
        ]


CRASHES: Mapping[str, str] = {
    "in the main thread": "raise ValueError(sent)",
    "in a thread": "t = threading.Thread(target=int, args=(sent,)); t.start(); t.join()",
    "as the cause of another": "\ntry: int(sent)\nexcept ValueError as e: raise RuntimeError(sent) from e",
    "where nobody can catch it": "\nclass A:\n def __del__(self): raise ValueError(sent)\nA()",
    "as a library's warning": "warnings.warn(sent)",
}


@pytest.mark.parametrize("how", CRASHES)
def test_a_crash_says_where_and_not_what_was_sent(how: str) -> None:
    """What was sent comes in by the input: not even the process list knows it."""
    program = f"import sys, threading, warnings; from hub.run.ground import logs; logs.configure('debug'); sent = input(); {CRASHES[how]}"
    done = subprocess.run(
        [sys.executable, "-c", program], input=planted(0).name, capture_output=True, text=True, check=False
    )
    assert any(one in done.stderr for one in ("ValueError", "RuntimeError", "UserWarning"))
    assert planted(0).name not in done.stderr + done.stdout


def test_the_process_list_shows_nobody(day: Day) -> None:
    """Command lines and environments of this process and of all that it started."""
    seen = [
        read(place / name)
        for place in Path("/proc").glob("[0-9]*")
        if of_ours(place)
        for name in ("cmdline", "environ")
    ]
    assert seen
    assert not any(EVERYBODY.shown_in(one) for one in seen)


def of_ours(process: Path) -> bool:
    """Whether it is this process or a child of it."""
    try:
        parent = (process / "stat").read_text().rsplit(")", 1)[1].split()[1]
    except OSError:
        return False
    return str(os.getpid()) in (process.name, parent)


def test_the_search_finds_what_is_there() -> None:
    """A search that finds nothing anywhere would pass too."""
    assert EVERYBODY.shown_in(f"x{planted(7).name}x".encode())
    assert EVERYBODY.shown_in(planted(8).id_number.encode())
    assert not EVERYBODY.shown_in("甄虚甲甲".encode())


def test_a_plain_body_in_the_store_would_be_found(tmp_path: Path) -> None:
    made = HubInHand(tmp_path)
    with made.hub.store.write() as conn:
        conn.exec_driver_sql("INSERT INTO fact (name, value) VALUES (?, ?)", ("leak", planted(3).phone))
    with made.hub.store.read() as conn:
        assert {"fact.value": 1} == EVERYBODY.in_store(conn)
    made.close()
