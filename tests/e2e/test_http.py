"""The HTTP doors as a department's software meets them: keys, pull, acknowledgement, opening, reports."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from hub.access.exits import Exit
from hub.access.whitelist import Fixed
from hub.api.app import serve
from hub.api.edges import BODY_LIMIT, EVIDENCE_LIMIT
from hub.errors import FixSettings
from hub.model import Channel, Code, Stage
from hub.run.supervision.asking import Asking
from hub.run.supervision.carded import Carded
from hub.store import keys, principals
from hub.whistle.supervision import Trigger
from tests.e2e.test_journey import spot
from tests.instruments import HubInHand, at, person, stated
from tests.photos import scene
from tests.unit.run.ledgers import rows

pytestmark = pytest.mark.doors

KEYS = {"zilai": "k" * 32, "chengguan": "c" * 32}


@pytest.fixture
def http(hub: HubInHand) -> Iterator[TestClient]:
    """The hub's application, with keys for a few departments."""
    with hub.hub.store.write() as conn:
        for name in {c.department for c in hub.hub.pack.contracts}:
            key = KEYS.get(name, f"key-of-{name}")
            principals.register(conn, principals.Principal("department", name), key, hub.clock.now())
    with TestClient(serve(hub.hub), raise_server_exceptions=False) as client:
        yield client


def by(department: str) -> dict[str, str]:
    """The department's key as a header."""
    return {"authorization": f"Bearer {KEYS.get(department, f'key-of-{department}')}"}


def whistle_of(hub: HubInHand, department: str) -> str:
    """The id of the department's only whistle."""
    ((found,),) = hub.rows(f"SELECT id FROM whistle WHERE department = '{department}'")  # noqa: S608 a test's own word
    return str(found)


@pytest.mark.parametrize(
    "header",
    [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic a2tr"}, {"authorization": "Bearer"}],
    ids=["no key", "unknown key", "another scheme", "no value"],
)
def test_without_a_valid_key_nothing_is_shown(http: TestClient, header: dict[str, str]) -> None:
    for method, path in (
        ("GET", "/departments/me/whistles"),
        ("POST", "/departments/me/whistles/acknowledgements"),
        ("GET", "/departments/me/whistles/wh_0"),
        ("POST", "/departments/me/whistles/wh_0/reports"),
        ("POST", "/departments/me/whistles/wh_0/evidence"),
        ("GET", "/departments/me/figures"),
    ):
        answer = http.request(method, path, headers=header, json={"ids": []})
        assert answer.status_code == 401
        assert answer.json()["code"] == "P109"


def test_a_revoked_key_speaks_for_nobody(hub: HubInHand, http: TestClient) -> None:
    with hub.hub.store.write() as conn:
        principals.revoke(conn, KEYS["zilai"], hub.clock.now())
    assert http.get("/departments/me/whistles", headers=by("zilai")).status_code == 401


def test_a_department_fetches_until_it_acknowledges(hub: HubInHand, http: TestClient) -> None:
    puller = next(c for c in hub.hub.pack.contracts if Channel.PULL in c.channels)
    _call(hub, puller.department)
    first = http.get("/departments/me/whistles", headers=by(puller.department)).json()["whistles"]
    again = http.get("/departments/me/whistles", headers=by(puller.department)).json()["whistles"]
    assert [w["id"] for w in first] == [w["id"] for w in again] != []
    ids = [w["id"] for w in first]
    stranger = http.post("/departments/me/whistles/acknowledgements", headers=by("zilai"), json={"ids": ids})
    assert stranger.json() == {"acknowledged": 0}
    mine = http.post(
        "/departments/me/whistles/acknowledgements", headers=by(puller.department), json={"ids": ids}
    )
    assert mine.json() == {"acknowledged": len(ids)}
    assert http.get("/departments/me/whistles", headers=by(puller.department)).json() == {"whistles": []}


def test_a_department_fetches_what_follows_a_message_of_its_own(hub: HubInHand, http: TestClient) -> None:
    puller = next(c for c in hub.hub.pack.contracts if Channel.PULL in c.channels).department
    _call(hub, puller)

    def ids(query: str = "") -> list[str]:
        found = http.get(f"/departments/me/whistles{query}", headers=by(puller)).json()["whistles"]
        return [one["id"] for one in found]

    every = ids()
    assert len(every) > 1
    assert [every[1]] == ids(f"?limit=1&behind={every[0]}")
    assert [] == ids(f"?behind={every[-1]}")
    assert every == ids("?behind=wh_0")
    http.post("/departments/me/whistles/acknowledgements", headers=by(puller), json={"ids": every[:1]})
    assert every[1:] == ids(f"?behind={every[0]}")


def _call(hub: HubInHand, department: str) -> None:
    """States reports until `department` has been called."""
    codes = hub.hub.pack.codes
    contract = next(c for c in hub.hub.pack.contracts if c.department == department)
    for n, category in enumerate(hub.hub.pack.taxonomy.categories):
        code = codes.code_for("hl-2024", category)
        lead = any(e.category == category and e.expect == "lead" for e in contract.examples)
        if code and lead:
            draft = stated(f"P{n}", position=at(*spot(hub, n % 30)))
            hub.tell(
                orjson.dumps(orjson.loads(_json(draft)) | {"category": {"table": "hl-2024", "value": code}})
            )
    hub.settle()


def _json(draft: object) -> bytes:
    return orjson.dumps(draft)


@pytest.mark.nasty("N11")
def test_word_of_what_was_called_off_waits_for_an_acknowledgement_of_its_own(
    hub: HubInHand, http: TestClient
) -> None:
    dispute = stated("D1", category=Code("hl-2024", _code(hub, "sifa")), position=at(*spot(hub)))
    hub.tell(dispute)
    hub.settle()
    hub.clock.pause(60)
    hub.tell(replace(dispute, stage=Stage.CANCELLED))
    hub.settle()
    fetched = http.get("/departments/me/whistles", headers=by("sifa")).json()["whistles"]
    assert ["grid.whistle.v1", "grid.whistle.cancelled.v1"] == [one["type"] for one in fetched]
    blown, off = (one["id"] for one in fetched)
    for id_, left in ((blown, [off]), (off, [])):
        http.post("/departments/me/whistles/acknowledgements", headers=by("sifa"), json={"ids": [id_]})
        waiting = http.get("/departments/me/whistles", headers=by("sifa")).json()["whistles"]
        assert left == [one["id"] for one in waiting]
    report = http.post(
        f"/departments/me/whistles/{blown}/reports", headers=by("sifa"), json={"nonce": "1", "move": "sign"}
    )
    assert (409, "W101") == (report.status_code, report.json()["code"])


def _code(hub: HubInHand, department: str) -> str:
    """A hotline code of a category that `department` leads."""
    contract = next(c for c in hub.hub.pack.contracts if c.department == department)
    led = {e.category for e in contract.examples if e.expect == "lead"}
    return next(code for one in sorted(led) if (code := hub.hub.pack.codes.code_for("hl-2024", one)))


def test_an_opened_whistle_shows_what_the_grants_give_and_writes_who_looked(
    hub: HubInHand, http: TestClient
) -> None:
    who = person(1)
    hub.tell(
        stated(
            "A1",
            position=at(*spot(hub)),
            address="青云路12号3幢402室",
            content=f"我是{who.name}，电话{who.phone}，门口水管爆了。",
            requester=who,
        )
    )
    hub.settle()
    id_ = whistle_of(hub, "zilai")
    before = hub.rows("SELECT count(*) FROM audit")[0][0]
    shown = http.get(f"/departments/me/whistles/{id_}", headers=by("zilai"))
    assert shown.status_code == 200
    assert who.phone not in shown.text
    assert who.name not in shown.text
    assert shown.json()["incident"]["category"] == "sudden_incident.water_pipe_burst"
    assert hub.rows("SELECT count(*) FROM audit")[0][0] == before + 1


def test_another_departments_key_fetches_nothing_of_a_department(hub: HubInHand, http: TestClient) -> None:
    puller = next(c for c in hub.hub.pack.contracts if Channel.PULL in c.channels).department
    _call(hub, puller)
    mine = {w["id"] for w in http.get("/departments/me/whistles", headers=by(puller)).json()["whistles"]}
    assert mine
    others = [c for c in hub.hub.pack.contracts if c.department != puller]
    for other in others:
        answer = http.get("/departments/me/whistles", headers=by(other.department))
        assert (200 if Channel.PULL in other.channels else 409) == answer.status_code
        fetched = answer.json().get("whistles", [])
        assert mine.isdisjoint(w["id"] for w in fetched)
        assert all(f"/{puller}" not in w["source"] for w in fetched)


def test_another_departments_whistle_looks_like_one_that_is_not_there(
    hub: HubInHand, http: TestClient
) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    id_ = whistle_of(hub, "zilai")
    foreign = http.get(f"/departments/me/whistles/{id_}", headers=by("jiaoyu"))
    absent = http.get(f"/departments/me/whistles/wh_{'0' * 32}", headers=by("jiaoyu"))
    assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json())
    assert foreign.status_code == 404


def test_a_report_is_taken_once_and_a_wrong_one_changes_nothing(hub: HubInHand, http: TestClient) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    path = f"/departments/me/whistles/{whistle_of(hub, 'zilai')}/reports"
    signed = http.post(path, headers=by("zilai"), json={"nonce": "n1", "move": "sign"})
    again = http.post(path, headers=by("zilai"), json={"nonce": "n1", "move": "sign"})
    assert (signed.status_code, signed.json()["state"], signed.json()["repeated"]) == (201, "signed", False)
    assert (again.json()["state"], again.json()["repeated"]) == ("signed", True)
    for wrong, code in (
        ({"nonce": "n2", "move": "sign"}, "W101"),
        ({"nonce": "n3", "move": "result", "form": {"unknown": 1}}, "W102"),
        ({"nonce": "n4", "move": "dance"}, "W102"),
        ({"nonce": "n5", "move": "return", "reason_code": "BORED", "note": "x"}, "W104"),
        ({"nonce": "n6", "move": "sign", "department": "chengguan"}, "W102"),
        ({"nonce": "n1", "move": "contact"}, "W108"),
    ):
        refused = http.post(path, headers=by("zilai"), json=wrong)
        assert refused.json()["code"] == code
    assert hub.rows("SELECT count(*) FROM report") == [(1,)]


def test_a_refusal_names_the_field_and_echoes_nothing_that_was_sent(hub: HubInHand, http: TestClient) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    path = f"/departments/me/whistles/{whistle_of(hub, 'zilai')}/reports"
    answer = http.post(path, headers=by("zilai"), json={"nonce": "n", "move": "张某13800001111"})
    assert "13800001111" not in answer.text
    assert answer.json()["pointer"].endswith("/move")
    english = http.post(path, headers={**by("zilai"), "accept-language": "en"}, json={"move": "sign"})
    assert english.json()["next_step"].isascii()


def test_a_source_that_is_not_there_is_refused_and_a_body_too_large_is_not_read(
    hub: HubInHand, http: TestClient
) -> None:
    assert http.post("/in/nobody/x", content=b"{}").status_code == 404
    assert http.post("/in/nobody/x", content=b"x" * (hub.hub.settings.body_limit + 1)).status_code == 413


def test_a_hub_that_is_up_says_so_and_has_no_page_of_its_framework(http: TestClient) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/docs").status_code == 404


def test_figures_are_for_people_inside(hub: HubInHand, http: TestClient) -> None:
    with hub.hub.store.write() as conn:
        principals.register(conn, principals.Principal("staff", "duty"), "s" * 32, hub.clock.now())
    refused = http.get("/account")
    assert (401, "P109") == (refused.status_code, refused.json()["code"])
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert [200, 200, 200, 401] == [
        http.get("/account", headers=by("zilai")).status_code,
        http.get("/account", headers={"authorization": f"Bearer {'s' * 32}"}).status_code,
        http.get("/account", auth=("duty", "s" * 32)).status_code,
        http.get("/account", auth=("duty", "x" * 32)).status_code,
    ]
    assert 401 == http.get("/departments/me/whistles", auth=("zilai", KEYS["zilai"])).status_code
    staff = {"authorization": f"Bearer {'s' * 32}"}
    assert 401 == http.get("/departments/me/whistles", headers=staff).status_code


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("grid.example", False)],  # noqa: S104
)
def test_figures_without_a_key_are_shown_on_loopback_only(hub: HubInHand, host: str, shown: bool) -> None:
    hub.hub.settings.host, hub.hub.settings.figures_without_key = host, True
    if not shown:
        with pytest.raises(FixSettings, match="C101"):
            serve(hub.hub)
        return
    with TestClient(serve(hub.hub)) as client:
        assert 200 == client.get("/account").status_code
        assert 401 == client.get("/departments/me/whistles").status_code


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        pytest.param("GET", "/nowhere", 404, "P107", id="no such page"),
        pytest.param("GET", "/account/", 404, "P107", id="a slash too many"),
        pytest.param("DELETE", "/account", 405, "P107", id="another method"),
        pytest.param("GET", "/departments/me/whistles/wh_0/reports", 405, "P107", id="reports are posted"),
        pytest.param("PATCH", "/in/nobody/x", 405, "P107", id="no method of a source"),
        pytest.param("GET", "/in/nobody/x", 404, "P107", id="no such source"),
        pytest.param("GET", "/departments/me/whistles?limit=0", 422, "W102", id="no such limit"),
        pytest.param("GET", "/departments/me/whistles/wh_%00", 422, "W102", id="an id with NUL"),
        pytest.param("GET", "/account", 401, "P109", id="no key"),
    ],
)
def test_every_refusal_has_one_shape_in_the_language_asked_for(
    http: TestClient, method: str, path: str, status: int, code: str
) -> None:
    key = {} if code == "P109" else by("zilai")
    told = [
        http.request(method, path, headers={**key, "accept-language": language})
        for language in ("zh", "en-GB")
    ]
    assert [(status, code)] * 2 == [(one.status_code, one.json()["code"]) for one in told]
    assert {"code", "cause", "next_step", "pointer"} == set(told[0].json())
    assert [False, True] == [one.json()["cause"].isascii() for one in told]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"{", 422, "P110", id="half a document"),
        pytest.param(b"\xff\xfe\x00", 422, "P110", id="not UTF-8"),
        pytest.param(b"[" * 100_000, 422, "P110", id="nested without end"),
        pytest.param(b"[]", 422, "W102", id="no object"),
        pytest.param(b"", 422, "W102", id="nothing"),
        pytest.param(
            b'{"nonce":"n","move":"sign","note":"' + b"x" * 262_144 + b'"}', 413, "P108", id="too large"
        ),
    ],
)
def test_a_body_that_is_no_report_is_refused_in_the_same_shape(
    http: TestClient, body: bytes, status: int, code: str
) -> None:
    sent = {**by("zilai"), "content-type": "application/json"}
    answer = http.post("/departments/me/whistles/wh_0/reports", headers=sent, content=body)
    assert (status, code) == (answer.status_code, answer.json()["code"])


def test_a_department_hands_in_a_photo_and_no_more_than_its_limit(hub: HubInHand, http: TestClient) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    path = f"/departments/me/whistles/{whistle_of(hub, 'zilai')}/evidence"
    content = scene(1) + bytes(BODY_LIMIT)  # a photo, longer than any report
    taken = [http.post(path, headers=by("zilai"), content=content) for _ in range(2)]
    assert [201, 201] == [one.status_code for one in taken]
    assert taken[0].json() == taken[1].json()
    assert {"id", "digest"} == taken[0].json().keys()
    strange = http.post(path, headers=by("chengguan"), content=content)
    assert (404, "W103") == (strange.status_code, strange.json()["code"])
    other = http.post(path, headers=by("zilai"), content=b"MZ a program")
    assert (422, "W124") == (other.status_code, other.json()["code"])
    large = http.post(path, headers=by("zilai"), content=b"\xff\xd8\xff" + bytes(EVIDENCE_LIMIT))
    assert (413, "P108") == (large.status_code, large.json()["code"])
    assert [(1,)] == hub.rows("SELECT count(*) FROM evidence")


def test_a_department_sees_its_own_figures_and_no_others(hub: HubInHand, http: TestClient) -> None:
    told = http.get("/departments/me/figures", headers=by("zilai")).json()
    assert ("2026-01-01", "2026-01-31") == (told["since"], told["until"])
    assert {"since", "until", "own", "median"} == told.keys()
    assert (0, {}) == (told["own"]["whistles"], told["median"])


def test_a_body_without_end_is_not_read_to_its_end(http: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 65_536
            yield b" " * 65_536

    headers = {**by("zilai"), "content-type": "application/json"}
    answer = http.post("/departments/me/whistles/acknowledgements", headers=headers, content=endless())
    assert (413, "P108") == (answer.status_code, answer.json()["code"])


# -- cards -----------------------------------------------------------------------------------------------


@pytest.fixture
def carded(hub: HubInHand) -> HubInHand:
    """A hub whose departments were called once and did nothing for two hours."""
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    hub.clock.pause(7200)
    clockwork = hub.hub.plain_clockwork()
    while clockwork.step():
        pass
    return hub


def test_a_department_sees_its_own_cards_each_with_how_it_was_computed(
    carded: HubInHand, http: TestClient
) -> None:
    (card,) = http.get("/departments/me/cards", headers=by("zilai")).json()["cards"]
    assert ("yellow", "sign", "standing", whistle_of(carded, "zilai")) == (
        card["card"],
        card["step"],
        card["state"],
        card["whistle_id"],
    )
    assert {"rule", "steps", "called_at", "limit", "due_at", "moment"} <= card["calculation"].keys()
    assert [False, True] == [card["words"][language].isascii() for language in ("zh", "en")]
    assert {"cards": []} == http.get("/departments/me/cards", headers=by("chengguan")).json()
    assert 401 == http.get("/departments/me/cards").status_code
    assert "incident_id" not in card["calculation"]
    (row,) = [row for row in rows(carded) if row.exit is Exit.HTTP_CARD]
    assert ("zilai", "handle", (card["id"],)) == (row.who, row.purpose, row.rows)
    assert {"card.id", "card.calculation", "card.words"} <= set(row.fields)


def test_a_department_sees_of_its_cards_what_is_granted_and_no_more(carded: HubInHand) -> None:
    some = [one for one in carded.hub.pack.grants if one.field in {"card.id", "card.step", "whistle.id"}]
    ended = [replace(one, valid_to=date(2026, 1, 2)) for one in some if one.field == "card.step"]
    now, ledger = carded.clock.now(), carded.hub.ledgers.mine()
    sees = [
        Carded(store=carded.hub.store, whitelist=Fixed(grants)).list("zilai", 9, ledger=ledger, now=now)
        for grants in (some, [*(one for one in some if one.field != "card.step"), *ended], [])
    ]
    assert [{"id", "step"}, {"id"}, set()] == [set(one) for (one,) in sees]


def test_a_card_is_appealed_once_and_a_retry_changes_nothing(carded: HubInHand, http: TestClient) -> None:
    ((id_,),) = carded.rows("SELECT id FROM card WHERE department = 'zilai'")
    path, said = f"/departments/me/cards/{id_}/appeal", {"nonce": "1", "reason_code": "RAIN", "note": "暴雨"}
    answers = [http.post(path, headers=by("zilai"), json=said) for _ in range(2)]
    assert [(201, False), (201, True)] == [(one.status_code, one.json()["repeated"]) for one in answers]
    assert {"appealed"} == {one.json()["state"] for one in answers}
    again = http.post(path, headers=by("zilai"), json=said | {"nonce": "2"})
    assert (409, "W132") == (again.status_code, again.json()["code"])


@pytest.mark.parametrize(
    ("department", "said", "status", "code"),
    [
        pytest.param("chengguan", {}, 404, "W130", id="another's"),
        pytest.param("zilai", {"reason_code": "连日暴雨"}, 422, "W114", id="a reason in words"),
        pytest.param("zilai", {"reason_code": ""}, 422, "W102", id="no reason"),
        pytest.param("zilai", {"name": "x"}, 422, "W102", id="a field too many"),
    ],
)
def test_an_appeal_that_does_not_fit_is_refused(
    carded: HubInHand, http: TestClient, department: str, said: dict[str, str], status: int, code: str
) -> None:
    ((id_,),) = carded.rows("SELECT id FROM card WHERE department = 'zilai'")
    body = {"nonce": "1", "reason_code": "RAIN", "note": ""} | said
    answer = http.post(f"/departments/me/cards/{id_}/appeal", headers=by(department), json=body)
    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert [("standing",)] == carded.rows("SELECT state FROM card WHERE department = 'zilai'")


# -- supervision ---------------------------------------------------------------------------------------


@pytest.fixture
def owed(hub: HubInHand) -> str:
    """What the water company has to answer for; its id."""
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    with hub.hub.store.write() as conn:
        desk = Asking(conn, hub.hub.vault, by="zhongxin01", at=hub.clock.now())
        return desk.open(whistle_of(hub, "zilai"), Trigger.POOR, date(2026, 3, 13)).id


def test_a_department_sees_what_it_has_to_answer_for_and_answers_it(
    hub: HubInHand, http: TestClient, owed: str
) -> None:
    (one,) = http.get("/departments/me/measures", headers=by("zilai")).json()["measures"]
    assert ("order", "poor", "open", 1, whistle_of(hub, "zilai")) == tuple(
        one[name] for name in ("kind", "why", "state", "version", "whistle_id")
    )
    path, said = f"/departments/me/measures/{owed}/answer", {"nonce": "1", "words": "已整改", "version": 1}
    answers = [http.post(path, headers=by("zilai"), json=said) for _ in range(2)]
    assert [(201, False), (201, True)] == [(one.status_code, one.json()["repeated"]) for one in answers]
    assert {("answered", 2)} == {(one.json()["state"], one.json()["version"]) for one in answers}
    more = http.post(path, headers=by("zilai"), json={"nonce": "2", "words": "已整改，附照片"})
    assert (201, 3) == (more.status_code, more.json()["version"])
    ((sealed,),) = hub.rows("SELECT sealed FROM measure")
    with hub.hub.store.read() as conn:
        key = keys.of(conn, [owed])[owed]
    assert "已整改，附照片" == hub.hub.vault.open(key, "measure.sealed", bytes(sealed)).decode()
    assert [("answer", "department", "zilai")] * 2 == hub.rows(
        'SELECT turn, actor, "by" FROM turn ORDER BY version'
    )


@pytest.mark.parametrize(
    ("department", "said", "status", "code"),
    [
        pytest.param("chengguan", {}, 404, "W135", id="another's"),
        pytest.param("zilai", {"version": 2}, 409, "W141", id="a version that is not there"),
        pytest.param("zilai", {"words": " \n"}, 422, "W140", id="no words"),
        pytest.param("zilai", {"nonce": ""}, 422, "W102", id="no nonce"),
        pytest.param("zilai", {"name": "x"}, 422, "W102", id="a field too many"),
    ],
)
def test_an_answer_to_supervision_that_does_not_fit_is_refused(
    hub: HubInHand,
    http: TestClient,
    owed: str,
    department: str,
    said: dict[str, Any],
    status: int,
    code: str,
) -> None:
    body = {"nonce": "1", "words": "已整改"} | said
    answer = http.post(f"/departments/me/measures/{owed}/answer", headers=by(department), json=body)
    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert [("open", 1)] == hub.rows("SELECT state, version FROM measure")


def test_what_is_anothers_or_closed_is_answered_by_nobody(
    hub: HubInHand, http: TestClient, owed: str
) -> None:
    assert {"measures": []} == http.get("/departments/me/measures", headers=by("chengguan")).json()
    absent = http.post(
        "/departments/me/measures/sv_0/answer", headers=by("zilai"), json={"nonce": "1", "words": "x"}
    )
    path, said = f"/departments/me/measures/{owed}/answer", {"nonce": "1", "words": "已整改"}
    foreign = http.post(path, headers=by("chengguan"), json=said)
    assert (absent.status_code, absent.content) == (foreign.status_code, foreign.content)
    assert 201 == http.post(path, headers=by("zilai"), json=said).status_code
    with hub.hub.store.write() as conn:
        Asking(conn, hub.hub.vault, by="zhongxin01", at=hub.clock.now()).close(owed, "ENOUGH")
    closed = http.post(path, headers=by("zilai"), json=said | {"nonce": "2"})
    assert (409, "W131") == (closed.status_code, closed.json()["code"])
    assert 401 == http.get("/departments/me/measures").status_code


_NUL, _HALF = r"\u0000", r"\ud800"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param(r'{"nonce":"n\u0000","move":"sign"}', "/body/nonce", id="NUL in the nonce"),
        pytest.param(r'{"nonce":"n\ud800","move":"sign"}', "/body/nonce", id="half a pair in the nonce"),
        pytest.param(r'{"nonce":"n","move":"sign","note":"\u0000"}', "/body/note", id="NUL in the note"),
        pytest.param(
            r'{"nonce":"n","move":"sign","note":"\udfff"}', "/body/note", id="half a pair in the note"
        ),
        pytest.param(
            r'{"nonce":"n","move":"sign","reason_code":"\u0000"}', "/body/reason_code", id="a reason"
        ),
        pytest.param(
            r'{"nonce":"n","move":"sign","form":{"a":["\u0000"]}}', "/body/form", id="NUL in the form"
        ),
        pytest.param(
            r'{"nonce":"n","move":"sign","form":{"a":{"\ud800":1}}}', "/body/form", id="a name of it"
        ),
        pytest.param(r'{"nonce":"n","move":"sign","form":{"a":NaN}}', "/body/form", id="no number"),
        pytest.param(r'{"nonce":"n","move":"sign","form":{"a":1e999}}', "/body/form", id="without bound"),
        pytest.param(
            f'{{"nonce":"n","move":"sign","form":{{"a":{10**30}}}}}', "/body/form", id="more than 64 bits"
        ),
        pytest.param(
            '{"nonce":"n","move":"sign","form":' + '{"a":' * 200 + "1" + "}" * 201, "/body/form", id="nested"
        ),
        pytest.param(r'{"nonce":"n","move":"sign","\ud800":1}', "/body", id="a field too many"),
        pytest.param(r'{"nonce":"n","move":"sign","\u0000测试甲":1}', "/body/*", id="with a person's name"),
    ],
)
def test_what_no_store_can_hold_is_refused_and_changes_nothing(
    hub: HubInHand, http: TestClient, body: str, pointer: str
) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    path = f"/departments/me/whistles/{whistle_of(hub, 'zilai')}/reports"
    sent = {**by("zilai"), "content-type": "application/json"}
    answer = http.post(path, headers=sent, content=body.encode())
    assert (422, "W102", pointer) == (answer.status_code, answer.json()["code"], answer.json()["pointer"])
    assert [(0,)] == hub.rows("SELECT count(*) FROM report")


def test_an_acknowledged_id_that_no_store_can_hold_is_refused(http: TestClient) -> None:
    sent = {**by("zilai"), "content-type": "application/json"}
    for wrong in (_NUL, _HALF):
        answer = http.post(
            "/departments/me/whistles/acknowledgements", headers=sent, content=f'{{"ids":["{wrong}"]}}'
        )
        assert (422, "W102") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/account", {"GET", "HEAD", "OPTIONS"}),
        ("/healthz", {"GET", "HEAD", "OPTIONS"}),
        ("/departments/me/whistles/acknowledgements", {"POST", "OPTIONS"}),
        ("/in/nobody/x", {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}),
    ],
)
def test_a_door_says_which_methods_it_takes(http: TestClient, path: str, methods: set[str]) -> None:
    answer = http.options(path)
    assert (204, b"") == (answer.status_code, answer.content)
    assert methods == set(answer.headers["allow"].split(", "))
    refused = http.patch(path)
    assert (405, methods - {"OPTIONS"}) == (refused.status_code, set(refused.headers["allow"].split(", ")))


def test_head_is_get_without_its_body(http: TestClient) -> None:
    for path, key in (("/healthz", {}), ("/account", by("zilai")), ("/openapi.json", {}), ("/nowhere", {})):
        head, get = http.head(path, headers=key), http.get(path, headers=key)
        assert (get.status_code, b"") == (head.status_code, head.content)
        assert get.headers["content-type"] == head.headers["content-type"]


def test_the_head_of_a_pull_fetches_nothing_and_shows_nothing_to_anybody(
    hub: HubInHand, http: TestClient
) -> None:
    puller = next(c for c in hub.hub.pack.contracts if Channel.PULL in c.channels).department
    _call(hub, puller)
    looks = hub.rows("SELECT count(*) FROM audit")
    head = http.head("/departments/me/whistles", headers=by(puller))
    assert (200, b"") == (head.status_code, head.content)
    assert [("waiting",)] == hub.rows("SELECT DISTINCT state FROM delivery WHERE channel = 'pull'")
    assert looks == hub.rows("SELECT count(*) FROM audit")
    assert 401 == http.head("/departments/me/whistles").status_code


def test_no_answer_may_be_kept_or_taken_for_another_type(hub: HubInHand, http: TestClient) -> None:
    asked = [
        http.get("/healthz"),
        http.get("/account", headers=by("zilai")),
        http.get("/departments/me/whistles"),
        http.get("/nowhere"),
        http.post("/in/nobody/x"),
    ]
    hub.hub.store.engine.dispose()
    doors = http.app.state.doors  # type: ignore[attr-defined]  # the client is typed for any ASGI application
    http.app.state.doors = None  # type: ignore[attr-defined]
    asked.append(http.get("/account", headers=by("zilai")))
    http.app.state.doors = doors  # type: ignore[attr-defined]
    assert (500, "B103") == (asked[-1].status_code, asked[-1].json()["code"])
    assert {("no-store", "nosniff")} == {
        (one.headers["cache-control"], one.headers["x-content-type-options"]) for one in asked
    }


def test_the_openapi_document_is_valid(http: TestClient) -> None:
    from openapi_spec_validator import validate

    document = http.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_database_files_of_the_embedded_hub_belong_to_its_home(tmp_path: Path) -> None:
    made = HubInHand(tmp_path)
    made.account()
    assert made.hub.vault is not None
    assert (tmp_path / "keys.toml").stat().st_mode & 0o077 == 0
    made.close()
