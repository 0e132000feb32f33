"""Words that mean something to a database, a page or a spreadsheet are words here; who is slow keeps nobody waiting."""

import socket
from pathlib import Path

import httpx
from fastapi.testclient import TestClient

from hub.api.app import serve
from hub.crew import Crew
from hub.model import Person
from hub.run import servers
from hub.settings import read
from hub.store import principals
from tests.connected.patience import until
from tests.e2e.test_journey import spot
from tests.instruments import HubInHand, at, demo_pack, stated

WORDS = "'; DROP TABLE record; -- {{7*7}} ${7*7} %(x)s <script>alert(1)</script> =cmd|'/c calc'!A1"
SLOW = 100


def test_words_in_every_field_are_stored_and_shown_as_words(tmp_path: Path) -> None:
    hub = HubInHand(tmp_path)
    hub.tell(
        stated(
            f"A1{WORDS}",
            position=at(*spot(hub)),
            title=WORDS,
            content=WORDS,
            address=WORDS,
            channel=WORDS,
            status_raw=WORDS,
            urgency_raw=WORDS,
            condition=WORDS,
            accused_name=WORDS,
            requester=Person(WORDS, WORDS, WORDS, WORDS),
        )
    )
    hub.settle()
    assert 1 == hub.account()["records"]
    ((id_,),) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    with hub.hub.store.write() as conn:
        principals.register(conn, principals.Principal("department", "zilai"), "k" * 32, hub.clock.now())
    key = {"authorization": f"Bearer {'k' * 32}"}
    with TestClient(serve(hub.hub)) as client:
        shown = client.get(f"/departments/me/whistles/{id_}", headers=key)
        page = client.get("/", headers=key)
        asked = client.get(f"/departments/me/whistles/{WORDS}", headers=key)
    assert (200, "application/json") == (shown.status_code, shown.headers["content-type"])
    assert "{{7*7}} ${7*7} %(x)s" in shown.text
    assert "<script" not in page.text
    assert 404 == asked.status_code
    assert 1 == hub.account()["records"]
    hub.close()


def test_who_sends_a_request_drop_by_drop_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    """Slow headers and slow bodies hold a connection each and no thread."""
    port = servers.free_port()
    crew = Crew(read(home=tmp_path, port=port), ["web"], pack=demo_pack())
    crew.start()
    url = f"http://127.0.0.1:{port}"
    until(lambda: _answers(url), "the web worker answers")
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(SLOW)]
    try:
        for number, one in enumerate(slow):
            head = b"POST /in/hotline_12345/orders HTTP/1.1\r\nhost: x\r\n"
            one.sendall(head + (b"content-length: 999\r\n\r\n{" if number % 2 else b""))
        answers = [httpx.get(f"{url}/healthz", timeout=5).status_code for _ in range(20)]
    finally:
        for one in slow:
            one.close()
        crew.stop()
    assert [200] * 20 == answers


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=1).is_success
    except httpx.HTTPError:
        return False
