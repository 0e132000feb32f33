"""A file's way from a source's link to a department's screen, on both stacks: fetched, looked at, covered, shown."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select, update

from hub.api.app import serve
from hub.bus.message import Fenced
from hub.errors import Refused
from hub.intake.links import following
from hub.model import AttachmentRef, Grant, Mode, Sensitivity
from hub.pack import Pack
from hub.run.care.doctor import Doctor
from hub.run.exits.auditing import Whole, examine
from hub.run.exits.explaining import explain
from hub.run.ground.pictures import Part
from hub.run.sources.attachments import TRIES
from hub.run.sources.releasing import Releasing
from hub.store import attachments, principals
from hub.store.tables import attachment
from tests.conftest import Servers
from tests.e2e.test_journey import spot
from tests.fileserver import FileServer, Handler
from tests.instruments import HubInHand, at, demo_pack, person, stated
from tests.photos import CANARY, photo

SOURCE = "hotline_12345"
Make = Callable[..., HubInHand]


@pytest.fixture
def files() -> Iterator[FileServer]:
    """The source's own server of files."""
    made = FileServer()
    yield made
    made.close()


def named(files: FileServer, **changes: object) -> Pack:
    """The demo pack, which names that server for its hotline."""
    pack = demo_pack()
    setup = replace(pack.sources[SOURCE], attachments=following([files.host]))
    return replace(pack, sources={**pack.sources, SOURCE: setup}, **changes)  # type: ignore[arg-type]  # a pack's own


@pytest.fixture(params=["embedded", pytest.param("connected", marks=pytest.mark.connected)])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes processes of one hub, each with a pack."""
    servers: Servers | None = None
    if request.param == "connected":
        servers = request.getfixturevalue("real_servers")
    store = servers.fresh()[0] if servers else ""
    made: list[HubInHand] = []

    def one(pack: Pack) -> HubInHand:
        made.append(HubInHand(tmp_path, store=store, pack=pack))
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture
def hub(make: Make, files: FileServer) -> HubInHand:
    """A hub whose pack names the server of files."""
    return make(named(files))


def told(hub: HubInHand, *urls: str, ref: str = "A1", **changes: object) -> None:
    """One report with these files, settled."""
    refs = tuple(AttachmentRef(url, f"{person(1).name}的照片.jpg") for url in urls)
    hub.tell(stated(ref, position=at(*spot(hub)), requester=person(1), attachments=refs, **changes))
    hub.settle()


def fetched(hub: HubInHand) -> int:
    """Steps the worker until nothing is due; returns how many it looked at."""
    worker, total = hub.hub.plain_attachments(SOURCE), 0
    while number := worker.step():
        total += number
    return total


def states(hub: HubInHand) -> list[tuple[str, str]]:
    """(state, code) of every file, in the order in which they were asked for."""
    return [
        (state, code)
        for state, code in hub.rows("SELECT state, code FROM attachment ORDER BY asked_us, code")
    ]


def ids(hub: HubInHand) -> list[str]:
    """Every file's id."""
    return [id_ for (id_,) in hub.rows("SELECT id FROM attachment ORDER BY asked_us, id")]


def at_the_desk(hub: HubInHand, act: Callable[[Releasing], object], by: str = "desk_07") -> None:
    """A person acts, in one transaction."""
    ledger = hub.hub.ledgers.mine()
    with hub.hub.store.write() as conn:
        desk = Releasing(
            conn, vault=hub.hub.vault, ledger=ledger, by=by, reason="no_people", at=hub.clock.now()
        )
        act(desk)
    ledger.committed()


class Http:
    """The hub's application, called with departments' keys."""

    def __init__(self, hub: HubInHand) -> None:
        self._hub = hub
        with hub.hub.store.write() as conn:
            for name in ("zilai", "chengguan", "yingji"):
                principals.register(
                    conn, principals.Principal("department", name), f"key-{name}", hub.clock.now()
                )
        self._client = TestClient(serve(hub.hub), raise_server_exceptions=False)

    def whistle(self, department: str = "zilai") -> str:
        """The department's only whistle."""
        ((id_,),) = self._hub.rows(f"SELECT id FROM whistle WHERE department = '{department}'")  # noqa: S608 a test's own word
        return str(id_)

    def get(self, department: str, path: str) -> tuple[int, object]:
        """Status, and JSON or the bytes of a picture."""
        answer = self._client.get(path, headers={"authorization": f"Bearer key-{department}"})
        is_json = answer.headers["content-type"].startswith("application/json")
        return answer.status_code, answer.json() if is_json else answer.content

    def files(self, department: str = "zilai", whistle: str = "") -> tuple[int, object]:
        """The list of a whistle's files."""
        return self.get(department, f"/departments/me/whistles/{whistle or self.whistle()}/attachments")

    def file(self, id_: str, department: str = "zilai", whistle: str = "") -> tuple[int, object]:
        """One file."""
        where = whistle or self.whistle()
        return self.get(department, f"/departments/me/whistles/{where}/attachments/{id_}")


def code(answer: tuple[int, object]) -> tuple[int, object]:
    """Status and code of a refusal."""
    status, body = answer
    assert isinstance(body, dict), body
    return status, body["code"]


NOT_THERE = (404, "F136")


# -- from the source ----------------------------------------------------------------------------------


@pytest.mark.nasty("N72")
def test_each_link_ends_in_a_state_that_can_be_seen(hub: HubInHand, files: FileServer) -> None:
    inside = files.put("/inside", photo())
    told(
        hub,
        files.put("/plain.jpg", photo()),
        files.put("/over.jpg", b"", status=403),
        files.put("/login.jpg", b"<html>", content_type="image/jpeg"),
        files.put("/really-webp.jpg", photo("WEBP"), content_type="image/jpeg"),
        files.put("/none.jpg", b""),
        files.put("/elsewhere.jpg", b"", status=302, location=inside),
        files.put("/clip.jpg", b"\x00\x00\x00\x18ftypmp42"),
        files.put("/photo.heic", b"\x00\x00\x00\x18ftypheic"),
        files.put("/letter.pdf", b"%PDF-1.7"),
        "http://10.0.0.8/camera.jpg",
        f"http://user:pass@{files.host}/a.jpg",
        "file:///etc/passwd",
    )
    assert 12 == fetched(hub)
    assert "/inside" not in files.asked
    found = sorted(hub.rows("SELECT state, code, kind FROM attachment"))
    assert [
        ("expired", "F111", ""),
        ("fetched", "", "jpeg"),
        ("fetched", "", "pdf"),
        ("fetched", "", "webp"),
        ("refused", "F102", ""),
        ("refused", "F103", ""),
        ("refused", "F103", ""),
        ("refused", "F105", ""),
        ("unreadable", "F121", "empty"),
        ("unreadable", "F122", "other"),
        ("unreadable", "F123", "heic"),
        ("unreadable", "F124", "video"),
    ] == [tuple(row) for row in found]


@pytest.mark.nasty("N72")
def test_a_pack_that_names_no_host_fetches_nothing_and_says_why(make: Make, files: FileServer) -> None:
    hub = make(demo_pack())
    told(hub, files.put("/a.jpg", photo()))
    assert 1 == fetched(hub)
    assert [("refused", "F101")] == states(hub)
    assert [] == files.asked
    with hub.hub.store.read() as conn:
        said = {one.code for one in Doctor(hub.hub.pack, (), hub.clock.now()).findings(conn)}
    assert "D152" in said
    mended = make(named(files))
    with mended.hub.store.write() as conn:
        assert 1 == attachments.again(conn, SOURCE, ["F101"], mended.clock.now())
    assert 1 == fetched(mended)
    assert [("fetched", "")] == states(mended)


def test_intake_waits_for_no_file(hub: HubInHand, files: FileServer) -> None:
    """The report is a whistle while its files have not even been asked for."""
    told(hub, files.put("/a.jpg", photo()))
    assert 1 == hub.account()["fates"]["published"]
    assert ([], [("waiting", "")]) == (files.asked, states(hub))


def test_a_report_that_comes_again_fetches_nothing_twice(hub: HubInHand, files: FileServer) -> None:
    url = files.put("/a.jpg", photo())
    told(hub, url)
    assert 1 == fetched(hub)
    told(hub, url)
    told(hub, url, title="水管爆裂，加急")
    assert 0 == fetched(hub)
    fresh = f"{url}?sig=2"
    told(hub, url, fresh, title="水管爆裂，再催")
    assert 1 == fetched(hub)
    assert ["/a.jpg", "/a.jpg?sig=2"] == files.asked


def test_a_report_with_too_many_files_keeps_a_part_and_counts_all(hub: HubInHand, files: FileServer) -> None:
    told(hub, *(files.put(f"/{n}.jpg", photo()) for n in range(150)))
    assert 20 == fetched(hub)
    assert {("fetched", ""): 20, ("refused", "F107"): 80} == {
        one: states(hub).count(one) for one in set(states(hub))
    }
    ((event,),) = hub.rows("SELECT id FROM event")
    with hub.hub.store.read() as conn:
        assert 150 == explain(conn, event)["attachments"]["offered"]


def test_a_server_that_is_away_is_asked_again_later_and_not_for_ever(
    hub: HubInHand, files: FileServer
) -> None:
    told(hub, files.put("/a.jpg", b"", status=503))
    rests: list[tuple[str, str]] = []
    for _ in range(TRIES):
        assert 1 == fetched(hub)
        rests += states(hub)
        assert 0 == fetched(hub)
        hub.clock.pause(30 * 2 ** len(rests))
    assert [("waiting", "F113")] * (TRIES - 1) + [("expired", "F112")] == rests
    assert TRIES == len(files.asked)


def test_a_server_that_comes_back_is_read(hub: HubInHand, files: FileServer) -> None:
    url = files.put("/a.jpg", b"", status=503)
    told(hub, url)
    fetched(hub)
    files.put("/a.jpg", photo())
    hub.clock.pause(31)
    assert 1 == fetched(hub)
    assert [("fetched", "")] == states(hub)


def test_while_one_worker_fetches_another_leaves_it_alone(make: Make, files: FileServer) -> None:
    one, other = make(named(files)), make(named(files))
    second = other.hub.plain_attachments(SOURCE)
    meanwhile: list[int] = []

    def answer(handler: Handler) -> None:
        meanwhile.append(second.step())
        handler.say(200, photo())

    told(one, files.behave("/a.jpg", answer))
    assert 1 == fetched(one)
    assert [0] == meanwhile
    assert ["/a.jpg"] == files.asked
    assert [("fetched", "")] == states(one)


def test_a_worker_that_slept_through_its_lease_writes_nothing(make: Make, files: FileServer) -> None:
    one, other = make(named(files)), make(named(files))
    other.clock.pause(timedelta(hours=1).total_seconds())
    second = other.hub.plain_attachments(SOURCE)

    def answer(handler: Handler) -> None:
        if len(files.asked) == 1:
            second.step()  # its lease is over by now, and somebody else fetches
            handler.say(403)
        else:
            handler.say(200, photo())

    told(one, files.behave("/a.jpg", answer))
    with pytest.raises(Fenced):
        one.hub.plain_attachments(SOURCE).step()
    assert [("fetched", "")] == states(one)


def test_a_file_whose_record_lost_its_key_is_refused_and_stops_nobody(
    hub: HubInHand, files: FileServer
) -> None:
    told(hub, files.put("/a.jpg", photo()))
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM data_key")
    hub.hub.vault.forget("")
    assert 1 == fetched(hub)
    assert [("refused", "F110")] == states(hub)


# -- at the desk ---------------------------------------------------------------------------------------


@pytest.mark.nasty("N58", "N63")
def test_a_department_sees_a_picture_once_a_person_released_it_and_nothing_of_its_file(
    hub: HubInHand, files: FileServer
) -> None:
    told(
        hub, files.put("/张三/a.jpg", photo()).replace("张三", "%E5%BC%A0"), files.put("/b.jpg", photo("PNG"))
    )
    fetched(hub)
    files.put("/%E5%BC%A0/a.jpg", photo())
    http = Http(hub)
    assert (200, {"offered": 2, "attachments": []}) == http.files()
    assert [NOT_THERE] * 2 == [code(http.file(id_)) for id_ in ids(hub)]
    released = _a_picture(hub)
    at_the_desk(hub, lambda desk: desk.release(released))
    status, listed = http.files()
    assert isinstance(listed, dict)
    (one,) = listed["attachments"]
    assert (200, 2, released, f"{released}.jpg", "image/jpeg") == (
        status,
        listed["offered"],
        one["id"],
        one["name"],
        one["kind"],
    )
    status, content = http.file(released)
    assert isinstance(content, bytes)
    assert (200, one["size"]) == (status, len(content))
    assert CANARY not in content
    assert {} == dict(Image.open(BytesIO(content)).getexif())
    (hidden,) = set(ids(hub)) - {released}
    assert NOT_THERE == code(http.file(hidden))


def _a_picture(hub: HubInHand) -> str:
    """The id of one that was fetched."""
    return str(hub.rows("SELECT id FROM attachment WHERE state = 'fetched' ORDER BY id")[0][0])


@pytest.mark.nasty("N63")
def test_what_a_person_covered_is_black_and_what_is_taken_back_is_gone(
    hub: HubInHand, files: FileServer
) -> None:
    white = BytesIO()
    Image.new("RGB", (64, 64), "white").save(white, "PNG")
    told(hub, files.put("/a.jpg", white.getvalue()))
    fetched(hub)
    http, (id_,) = Http(hub), ids(hub)
    at_the_desk(hub, lambda desk: desk.release(id_, [Part(0, 0, 32, 64)]))
    status, content = http.file(id_)
    assert isinstance(content, bytes)
    shown = Image.open(BytesIO(content)).convert("L")
    assert (200, True, True) == (
        status,
        max(shown.crop((0, 0, 30, 64)).tobytes()) < 10,
        min(shown.crop((34, 0, 64, 64)).tobytes()) > 240,
    )
    at_the_desk(hub, lambda desk: desk.refuse(id_))
    assert NOT_THERE == code(http.file(id_))
    assert (200, {"offered": 1, "attachments": []}) == http.files()
    assert [(None, 0, "withheld")] == [
        tuple(row) for row in hub.rows("SELECT sealed_shown, shown_size, disclosure FROM attachment")
    ]


def test_another_departments_key_gets_nothing(hub: HubInHand, files: FileServer) -> None:
    told(hub, files.put("/a.jpg", photo()))
    fetched(hub)
    http, (id_,) = Http(hub), ids(hub)
    at_the_desk(hub, lambda desk: desk.release(id_))
    mine = http.whistle()
    assert (404, "W103") == code(http.files("chengguan", mine))
    assert (404, "W103") == code(http.file(id_, "chengguan", mine))
    assert (401, "P109") == code(http.file(id_, "nobody", mine))
    assert 200 == http.file(id_)[0]


def test_a_file_of_another_matter_looks_like_one_that_is_not_there(hub: HubInHand, files: FileServer) -> None:
    told(hub, files.put("/a.jpg", photo()))
    mine = Http(hub).whistle()
    far = stated("B1", position=at(*spot(hub, 5)), attachments=(AttachmentRef(files.put("/b.jpg", photo())),))
    hub.tell(far)
    hub.settle()
    fetched(hub)
    for id_ in ids(hub):
        at_the_desk(hub, lambda desk, id_=id_: desk.release(id_))  # type: ignore[misc]  # bound now
    http = Http(hub)
    answers = [http.file(id_, whistle=mine) for id_ in ids(hub)]
    assert [200, 404] == sorted(status for status, _ in answers)
    assert NOT_THERE == code(http.file("at_0", whistle=mine))


def granting(change: Callable[[Grant], Grant | None]) -> tuple[Grant, ...]:
    """The demo's whitelist with the lines of `event.attachments` changed; None takes one away."""
    return tuple(
        new
        for one in demo_pack().grants
        if (new := change(one) if one.field == "event.attachments" else one) is not None
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda one: None, id="no grant"),  # noqa: ARG005
        pytest.param(lambda one: replace(one, valid_to=one.valid_from), id="a grant that ended"),
        pytest.param(lambda one: replace(one, mask="img_blur"), id="a grant of no picture"),
        pytest.param(lambda one: replace(one, mask="minor"), id="a grant of age bands"),
        pytest.param(lambda one: replace(one, purpose="callback"), id="for another purpose"),
    ],
)
def test_without_a_grant_of_this_moment_nothing_is_told_not_even_how_many(
    make: Make, files: FileServer, change: Callable[[Grant], Grant | None]
) -> None:
    hub = make(named(files))
    told(hub, files.put("/a.jpg", photo()))
    fetched(hub)
    (id_,) = ids(hub)
    at_the_desk(hub, lambda desk: desk.release(id_))
    assert 200 == Http(hub).file(id_)[0]
    later = Http(make(named(files, grants=granting(change))))
    assert (200, {"offered": 0, "attachments": []}) == later.files()
    assert NOT_THERE == code(later.file(id_))


@pytest.mark.nasty("N58")
def test_of_a_secret_report_and_of_a_childs_nothing_is_shown_without_a_grant_for_that(
    make: Make, files: FileServer
) -> None:
    hub = make(named(files))
    child = replace(person(2), id_number="329901201801010014")
    told(hub, files.put("/a.jpg", photo()), secret=True)
    hub.tell(
        stated(
            "C1",
            position=at(*spot(hub, 5)),
            requester=child,
            attachments=(AttachmentRef(files.put("/c.jpg", photo())),),
        )
    )
    hub.settle()
    fetched(hub)
    for id_ in ids(hub):
        at_the_desk(hub, lambda desk, id_=id_: desk.release(id_))  # type: ignore[misc]  # bound now
    whistles = [id_ for (id_,) in hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")]
    assert 2 == len(whistles)

    def seen(http: Http) -> list[object]:
        listed = [http.files(whistle=one)[1] for one in whistles]
        return [len(one["attachments"]) for one in listed if isinstance(one, dict)]

    assert [0, 0] == seen(Http(hub))
    careful = granting(lambda one: replace(one, sensitivity=Sensitivity.RESTRICTED))
    assert [1, 1] == seen(Http(make(named(files, grants=careful))))


def test_the_accused_is_told_nothing_of_files(hub: HubInHand, files: FileServer) -> None:
    told(hub, files.put("/a.jpg", photo()))
    accused = hub.hub.pack.organisations["zilai"].name  # type: ignore[index]  # an id
    told(hub, files.put("/a.jpg", photo()), accused_name=accused, title="水务部门不作为")
    fetched(hub)
    at_the_desk(hub, lambda desk: desk.release(ids(hub)[0]))
    http = Http(hub)
    assert (200, {"offered": 0, "attachments": []}) == http.files()
    assert NOT_THERE == code(http.file(ids(hub)[0]))


def test_every_look_is_written_down_and_the_chain_is_whole(hub: HubInHand, files: FileServer) -> None:
    told(hub, files.put("/a.jpg", photo()))
    fetched(hub)
    http, (id_,) = Http(hub), ids(hub)
    http.file(id_)
    at_the_desk(hub, lambda desk: desk.look(id_))
    at_the_desk(hub, lambda desk: desk.release(id_))
    http.file(id_)
    rows = [
        orjson.loads(line)
        for (block,) in hub.rows("SELECT rows FROM audit ORDER BY made_us, chain, seq")
        for line in str(block).splitlines()
    ]
    looked = [
        (one["who"], one["exit"], one["result"], one["purpose"], one["reason"], one["fields"])
        for one in rows
        if one["rows"] == [id_]
    ]
    field = ["event.attachments"]
    assert [
        ("zilai", "http_attachment", "allow", "handle", "", field),
        ("desk_07", "cli", "allow", "look", "no_people", field),
        ("desk_07", "cli", "allow", "released", "no_people", field),
        ("zilai", "http_attachment", "allow", "handle", "", field),
    ] == looked
    with hub.hub.store.read() as conn:
        assert isinstance(examine(conn, key=hub.hub.keys.audit), Whole)


def test_an_account_or_a_reason_that_is_no_code_writes_nothing(hub: HubInHand, files: FileServer) -> None:
    told(hub, files.put("/a.jpg", photo()))
    fetched(hub)
    with pytest.raises(Refused) as refused:
        at_the_desk(hub, lambda desk: desk.release(ids(hub)[0]), by="王 某")
    assert "F135" == refused.value.code
    assert [("undecided",)] == [tuple(row) for row in hub.rows("SELECT disclosure FROM attachment")]


@pytest.mark.parametrize(
    ("path", "code"), [("/letter.pdf", "F133"), ("/broken.jpg", "F131"), ("/none.jpg", "F132")]
)
def test_what_is_no_picture_cannot_be_released(
    hub: HubInHand, files: FileServer, path: str, code: str
) -> None:
    contents = {"/letter.pdf": b"%PDF-1.7", "/broken.jpg": photo()[:99], "/none.jpg": b""}
    told(hub, files.put(path, contents[path]))
    fetched(hub)
    with pytest.raises(Refused) as refused:
        at_the_desk(hub, lambda desk: desk.release(ids(hub)[0]))
    assert code == refused.value.code
    assert (200, {"offered": 1, "attachments": []}) == Http(hub).files()


# -- afterwards ----------------------------------------------------------------------------------------


def test_explain_tells_how_far_a_file_is_and_who_said_what(hub: HubInHand, files: FileServer) -> None:
    told(hub, files.put("/a.jpg", photo()), files.put("/b.jpg", b"", status=410))
    fetched(hub)
    at_the_desk(hub, lambda desk: desk.release(_a_picture(hub)))
    ((event,),) = hub.rows("SELECT id FROM event")
    with hub.hub.store.read() as conn:
        said = explain(conn, event)["attachments"]
    assert 2 == said["offered"]
    assert {
        ("fetched", "", "jpeg", "released", "desk_07", "no_people"),
        ("expired", "F111", "", "undecided", "", ""),
    } == {
        (one["state"], one["code"], one["kind"], one["disclosure"], one["decided_by"], one["reason"])
        for one in said["files"]
    }


def test_the_doctor_names_what_waits_too_long(hub: HubInHand, files: FileServer) -> None:
    def said() -> set[str]:
        with hub.hub.store.read() as conn:
            found = Doctor(hub.hub.pack, (), hub.clock.now()).findings(conn)
        return {one.code for one in found} & {"D151", "D152", "D153"}

    told(hub, files.put("/a.jpg", photo()))
    assert set() == said()
    hub.clock.pause(timedelta(hours=2).total_seconds())
    assert {"D151"} == said()
    fetched(hub)
    assert set() == said()
    hub.clock.pause(timedelta(days=3).total_seconds())
    assert {"D153"} == said()
    at_the_desk(hub, lambda desk: desk.refuse(ids(hub)[0]))
    assert set() == said()


def test_past_retention_files_are_gone_with_their_record(hub: HubInHand, files: FileServer) -> None:
    hub.tell(
        stated("A1", position=at(*spot(hub)), attachments=(AttachmentRef(files.put("/a.jpg", photo())),)),
        mode=Mode.BACKFILL,
    )
    hub.settle()
    fetched(hub)
    hub.clock.pause(timedelta(days=300).total_seconds())
    hub.hub.plain_clockwork().step()
    assert [("fetched", "")] == states(hub)
    hub.clock.pause(timedelta(days=66).total_seconds())
    hub.hub.plain_clockwork().step()
    assert [] == states(hub)


def test_a_link_that_was_damaged_in_the_store_ends_alone(hub: HubInHand, files: FileServer) -> None:
    told(hub, *(files.put(f"/{n}.jpg", photo()) for n in (1, 2)))
    damaged = ids(hub)[0]
    with hub.hub.store.write() as conn:
        sealed = conn.execute(select(attachment.c.sealed_ref).where(attachment.c.id == damaged)).scalar_one()
        flipped = bytes([*sealed[:-1], sealed[-1] ^ 1])
        conn.execute(update(attachment).where(attachment.c.id == damaged).values(sealed_ref=flipped))
    assert 2 == fetched(hub)
    assert [("fetched", ""), ("refused", "A103")] == sorted(states(hub))
