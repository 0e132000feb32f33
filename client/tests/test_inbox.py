"""Receiving: each message is handled once, by the handler of its kind, and acknowledged behind it."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from gridplus_client import (
    AsyncHub,
    AsyncInbox,
    CalledAgain,
    CalledOff,
    Hub,
    Inbox,
    KeyRefused,
    Message,
    Other,
    Refused,
    SqliteSeen,
    Whistle,
    moves,
)
from gridplus_client.messages import read
from hypothesis import given
from hypothesis import strategies as st

from client.tests.standin import KEY, Fault, StandIn, W, blown, called_off, problem, serving

V = "wh_" + "b" * 32


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        pytest.param(blown(), Whistle, id="a whistle"),
        pytest.param(blown(f"{W}:4"), CalledAgain, id="called again"),
        pytest.param(called_off(), CalledOff, id="called off"),
        pytest.param(blown(type="grid.whistle.v2"), Other, id="a later kind"),
        pytest.param({}, Other, id="no CloudEvent"),
        pytest.param(b"\xff\xfe", Other, id="no text"),
        pytest.param("[1]", Other, id="no object"),
        pytest.param({"id": 7, "type": "grid.whistle.v1"}, Other, id="an id that is none"),
    ],
)
def test_a_message_is_of_its_kind(said: Any, kind: type[Message]) -> None:
    assert kind is type(read(said))


def test_what_a_message_lacks_is_empty_and_what_is_unknown_stays_in_raw() -> None:
    one = read({"id": f"{W}:2", "type": "grid.whistle.cancelled.v1", "data": None, "later": {"x": [1]}})
    assert isinstance(one, CalledOff)
    assert (W, {}, "") == (one.whistle_id, one.data, one.reason)
    assert {"x": [1]} == one.raw["later"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(["id", "type", "subject", "data", "later"]), _JSON) | st.binary())
def test_no_message_fails_to_be_read(said: Any) -> None:
    assert isinstance(read(said), Message)


@given(_JSON, _JSON)
def test_fields_that_came_later_change_nothing_of_what_is_known(top: Any, inner: Any) -> None:
    plain, later = read(blown()), blown(later=top)
    later["data"] |= {"later": inner, "whistle": {**later["data"]["whistle"], "later": inner}}
    found = read(later)
    assert (type(plain), plain.id, plain.whistle_id) == (type(found), found.id, found.whistle_id)


class Desk:
    """What a department did, in order."""

    def __init__(self, seen: Any) -> None:
        self.did: list[tuple[str, str]] = []
        self.inbox = Inbox(seen, whistle=self.note("whistle"), called_off=self.note("called off"))

    def note(self, what: str) -> Callable[[Message], None]:
        return lambda message: self.did.append((what, message.id))


def test_messages_go_to_their_handlers_and_are_acknowledged(
    standin: StandIn, hub: Hub, seen: SqliteSeen
) -> None:
    standin.put(blown(), blown(V), called_off())
    desk = Desk(seen)
    assert 3 == hub.pull(desk.inbox)
    assert [("whistle", W), ("whistle", V), ("called off", f"{W}:2")] == desk.did
    assert [W, V, f"{W}:2"] == standin.acknowledged
    assert 0 == hub.pull(desk.inbox)


def test_a_repeat_is_acknowledged_and_not_handled(standin: StandIn, hub: Hub, seen: SqliteSeen) -> None:
    desk = Desk(seen)
    for _ in range(2):
        standin.put(blown())
        hub.pull(desk.inbox)
    assert [("whistle", W)] == desk.did
    assert [W, W] == standin.acknowledged


def test_a_second_call_is_handled_as_a_call_of_its_own(standin: StandIn, hub: Hub, seen: SqliteSeen) -> None:
    desk = Desk(seen)
    standin.put(blown(), blown(f"{W}:4"))
    hub.pull(desk.inbox)
    assert [("whistle", W), ("whistle", f"{W}:4")] == desk.did
    again: list[str] = []
    told = Inbox(
        seen,
        whistle=desk.note("?"),
        called_off=desk.note("?"),
        called_again=lambda one: again.append(one.id),
    )
    told.take(blown(f"{W}:9"))
    assert [f"{W}:9"] == again


def test_an_unknown_kind_is_passed_by_and_the_queue_moves_on(
    standin: StandIn, hub: Hub, seen: SqliteSeen
) -> None:
    standin.put(blown("an_1", type="grid.announcement.v1"), blown())
    desk = Desk(seen)
    hub.pull(desk.inbox)
    assert [("whistle", W)] == desk.did
    assert ["an_1", W] == standin.acknowledged


def test_an_unknown_kind_goes_to_the_handler_of_others(seen: SqliteSeen) -> None:
    kinds: list[str] = []
    inbox = Inbox(seen, whistle=print, called_off=print, other=lambda one: kinds.append(one.kind))
    inbox.take(blown("an_1", type="grid.announcement.v1"))
    inbox.take(b"not a message")
    assert ["grid.announcement.v1", ""] == kinds


def test_a_handler_that_raises_holds_back_its_own_whistle_only(
    standin: StandIn, hub: Hub, seen: SqliteSeen
) -> None:
    standin.put(blown(), blown(V), called_off())
    desk = Desk(seen)

    def fail(one: Whistle) -> None:
        if one.id == W:
            raise ZeroDivisionError
        desk.did.append(("whistle", one.id))

    inbox = Inbox(seen, whistle=fail, called_off=desk.note("called off"))
    with pytest.raises(ExceptionGroup) as raised:
        hub.pull(inbox)
    assert [ZeroDivisionError] == [type(one) for one in raised.value.exceptions]
    assert [V] == standin.acknowledged
    assert 2 == hub.pull(desk.inbox)  # mended: both come again, in order
    assert [("whistle", V), ("whistle", W), ("called off", f"{W}:2")] == desk.did


@pytest.mark.parametrize("limit", [2, 3])
def test_a_page_full_of_what_cannot_be_handled_holds_back_nothing_behind_it(
    standin: StandIn, seen: SqliteSeen, limit: int
) -> None:
    poisoned = ["wh_" + one * 32 for one in "cde"]
    did: list[str] = []

    def handle(one: Message) -> None:
        if one.id in poisoned:
            raise ZeroDivisionError
        did.append(one.id)

    async def handled(one: Message) -> None:
        handle(one)

    async def play() -> None:
        async with AsyncHub(standin.url, KEY) as hub:
            await hub.pull(AsyncInbox(seen, whistle=handled, called_off=handled), limit=limit)

    standin.put(*(blown(one) for one in poisoned), blown(W), blown(V))
    with Hub(standin.url, KEY) as hub, pytest.raises(ExceptionGroup) as raised:
        hub.pull(Inbox(seen, whistle=handle, called_off=handle), limit=limit)
    assert 3 == len(raised.value.exceptions)
    standin.put(blown(f"{W}:7"))
    with pytest.raises(ExceptionGroup):
        asyncio.run(play())
    assert [W, V, f"{W}:7"] == did == standin.acknowledged


def test_a_hub_that_knows_no_place_to_go_on_from_ends_the_pull(standin: StandIn, seen: SqliteSeen) -> None:
    def handle(_: Message) -> None:
        raise ZeroDivisionError

    standin.put(blown(V), blown(W))
    standin.knows_behind = False
    with Hub(standin.url, KEY) as hub, pytest.raises(ExceptionGroup):
        hub.pull(Inbox(seen, whistle=handle, called_off=handle), limit=2)
    assert 2 == len(standin.asked)


def test_who_takes_failures_gets_the_message_once_and_it_does_not_come_again(
    standin: StandIn, hub: Hub, seen: SqliteSeen
) -> None:
    standin.put(blown())
    standin.refusals["sign"] = 422, problem("W102")
    aside: list[tuple[str, str]] = []

    def put_aside(message: Message, error: Exception) -> None:
        assert isinstance(error, Refused)
        aside.append((message.id, error.code))

    inbox = Inbox(seen, whistle=lambda one: hub.report(one, moves.SIGN), called_off=print, failed=put_aside)
    hub.pull(inbox)
    inbox.take(blown())
    assert [(W, "W102")] == aside
    assert [W] == standin.acknowledged


def test_a_coroutine_is_no_handler_of_a_plain_inbox(seen: SqliteSeen) -> None:
    async def handle(_: Message) -> None: ...

    inbox = Inbox(seen, whistle=handle, called_off=handle)
    with pytest.raises(TypeError, match="AsyncInbox"):
        inbox.take(blown())


def test_a_lost_acknowledgement_brings_the_message_again_and_the_handler_does_not_run(
    standin: StandIn, hub: Hub, seen: SqliteSeen
) -> None:
    standin.put(blown())
    standin.faults += [Fault("acknowledgements", 401, b"{}")]
    desk = Desk(seen)
    with pytest.raises(KeyRefused):
        hub.pull(desk.inbox)
    hub.pull(desk.inbox)
    assert [("whistle", W)] == desk.did
    assert [W] == standin.acknowledged


def test_pulling_goes_on_until_it_is_stopped_whatever_the_hub_and_the_handlers_do(
    standin: StandIn, hub: Hub, seen: SqliteSeen, caplog: pytest.LogCaptureFixture
) -> None:
    standin.put(blown())
    standin.faults += [Fault("whistles", 503)] * 5
    stop, tries = threading.Event(), []

    def second_time(one: Whistle) -> None:
        tries.append(one.id)
        if len(tries) == 1:
            raise ZeroDivisionError
        stop.set()

    hub.run(Inbox(seen, whistle=second_time, called_off=print), every_s=0, stop=stop)
    assert [W, W] == tries
    said = [one.message for one in caplog.records if one.name == "gridplus_client"]
    assert ["hub_unavailable status=503", "handlers_failed ['ZeroDivisionError']"] == said


def test_coroutines_are_awaited_and_a_message_is_theirs_alone(seen: SqliteSeen) -> None:
    did: list[str] = []

    async def handle(one: Message) -> None:
        did.append(f"begins {one.id}")
        await asyncio.sleep(0)
        did.append(f"ends {one.id}")

    async def play(standin: StandIn) -> None:
        inbox = AsyncInbox(seen, whistle=handle, called_off=lambda one: did.append(one.reason))
        standin.put(blown(), called_off(), blown("an_1", type="later"))
        async with AsyncHub(standin.url, KEY) as hub:
            assert 3 == await hub.pull(inbox)
        assert [False, False] == list(await asyncio.gather(inbox.take(blown()), inbox.take(blown())))
        await asyncio.gather(inbox.take(blown(V)), inbox.take(blown(V)), inbox.take(b"?"))

    with serving() as standin:
        asyncio.run(play(standin))
    assert [f"begins {W}", f"ends {W}", "withdrawn", f"begins {V}", f"ends {V}"] == did


def test_a_coroutine_that_fails_holds_its_whistle_back_or_is_put_aside(seen: SqliteSeen) -> None:
    async def fail(_: Message) -> None:
        raise ZeroDivisionError

    async def play(standin: StandIn) -> None:
        standin.put(blown(), called_off(), blown(V, type="later"))
        async with AsyncHub(standin.url, KEY) as hub:
            with pytest.raises(ExceptionGroup):
                await hub.pull(AsyncInbox(seen, whistle=fail, called_off=fail))
            assert [V] == standin.acknowledged
            aside: list[str] = []
            inbox = AsyncInbox(
                seen, whistle=fail, called_off=fail, failed=lambda one, _: aside.append(one.id)
            )
            assert 2 == await hub.pull(inbox)
            assert [W, f"{W}:2"] == aside

    with serving() as standin:
        asyncio.run(play(standin))


# -- a memory that is busy -----------------------------------------------------------------------------


class BusyOnce(SqliteSeen):
    """Whoever asks first has waited in vain for another; and has not, a moment later."""

    was_busy = False

    @contextmanager
    def once(self, message_id: str) -> Iterator[bool]:
        if not self.was_busy:
            self.was_busy = True
            with (
                super().once("another's message"),
                SqliteSeen(self._file, patience_s=0).once(message_id) as new,
            ):
                yield new
        with super().once(message_id) as new:
            yield new


@pytest.fixture
def busy(tmp_path: Path) -> SqliteSeen:
    """A memory that another has at the first moment."""
    return BusyOnce(tmp_path / "seen.db")


def test_a_memory_that_is_busy_puts_no_message_aside_and_it_comes_again(
    standin: StandIn, hub: Hub, busy: SqliteSeen
) -> None:
    standin.put(blown())
    did: list[str] = []
    inbox = Inbox(
        busy,
        whistle=lambda one: did.append(one.id),
        called_off=print,
        failed=lambda one, _: did.append(f"aside {one.id}"),
    )
    with pytest.raises(ExceptionGroup) as raised:
        hub.pull(inbox)
    assert [sqlite3.OperationalError] == [type(one) for one in raised.value.exceptions]
    assert ([], []) == (did, standin.acknowledged)
    assert 1 == hub.pull(inbox)
    assert ([W], [W]) == (did, standin.acknowledged)


def test_a_memory_that_is_busy_puts_no_message_of_a_coroutine_aside(busy: SqliteSeen) -> None:
    did: list[str] = []
    inbox = AsyncInbox(
        busy,
        whistle=lambda one: did.append(one.id),
        called_off=print,
        failed=lambda one, _: did.append(f"aside {one.id}"),
    )
    with pytest.raises(sqlite3.OperationalError):
        asyncio.run(inbox.take(blown()))
    assert [] == did
    assert asyncio.run(inbox.take(blown()))
    assert [W] == did


def test_a_memory_that_cannot_note_what_was_handled_puts_nothing_aside() -> None:
    class Full:
        """Room for none: the disk is full when the note is written."""

        @contextmanager
        def once(self, _: str) -> Iterator[bool]:
            yield True
            raise OSError

    aside: list[str] = []
    inbox = Inbox(Full(), whistle=print, called_off=print, failed=lambda one, _: aside.append(one.id))
    with pytest.raises(OSError):  # noqa: PT011 that one, bare
        inbox.take(blown())
    assert [] == aside


SHARES = """
import contextlib, pathlib, sqlite3, sys, time
from gridplus_client import Inbox, SqliteSeen
here, me = pathlib.Path(sys.argv[1]), sys.argv[2]
class Marks(SqliteSeen):
    @contextlib.contextmanager
    def once(self, message_id):
        try:
            with super().once(message_id) as new:
                yield new
        except sqlite3.OperationalError:
            (here / f"refused-{me}").touch()
            raise
def put_down(what):
    with open(here / me, "a") as did:
        print(what, file=did)
def handle(one):
    until = time.monotonic() + 30
    while not any(here.glob("refused-*")) and time.monotonic() < until:  # long enough that somebody waits in vain
        time.sleep(0.005)
    put_down(one.id)
inbox = Inbox(Marks(here / "seen.db", patience_s=1), whistle=handle, called_off=handle,
              failed=lambda one, _: put_down("aside"))
waiting = [f"wh_{n}" for n in range(12)][:: 1 if me == "one" else -1]
while waiting:
    with contextlib.suppress(sqlite3.OperationalError):
        inbox.take({"id": waiting[0], "type": "grid.whistle.v1", "subject": waiting[0]})
        waiting.pop(0)
"""


def test_two_processes_with_one_memory_and_a_long_handler_lose_nothing_and_handle_nothing_twice(
    tmp_path: Path,
) -> None:
    SqliteSeen(tmp_path / "seen.db")
    both = [subprocess.Popen([sys.executable, "-c", SHARES, str(tmp_path), me]) for me in ("one", "other")]
    assert [0, 0] == [one.wait(60) for one in both]
    assert any(tmp_path.glob("refused-*"))
    did = [word for me in ("one", "other") if (f := tmp_path / me).exists() for word in f.read_text().split()]
    assert sorted(f"wh_{n}" for n in range(12)) == sorted(did)


# -- what is promised where something ends in between ----------------------------------------------------


def test_what_a_handler_writes_through_the_note_holds_exactly_if_it_ended(seen: SqliteSeen) -> None:
    broken = [True]

    def handle(one: Whistle) -> None:
        seen.connection.execute("CREATE TABLE IF NOT EXISTS job (whistle TEXT)")
        seen.connection.execute("INSERT INTO job VALUES (?)", (one.whistle_id,))
        if broken:
            broken.clear()
            raise ZeroDivisionError

    inbox = Inbox(seen, whistle=handle, called_off=print)
    with pytest.raises(ZeroDivisionError):
        inbox.take(blown())
    assert [True, False] == [inbox.take(blown()), inbox.take(blown())]
    with seen.once("look"):
        assert [(W,)] == seen.connection.execute("SELECT whistle FROM job").fetchall()


def test_outside_a_handler_there_is_no_connection(seen: SqliteSeen) -> None:
    with pytest.raises(RuntimeError, match="while a message is handled"):
        _ = seen.connection


DIES = """
import os, signal, sys
from gridplus_client import Inbox, SqliteSeen
def handle(one):
    with open(sys.argv[2], "a") as ran:
        ran.write("x")
    if sys.argv[3] == "in the handler":
        os.kill(os.getpid(), signal.SIGKILL)
message = {"id": "wh_1", "type": "grid.whistle.v1", "subject": "wh_1"}
Inbox(SqliteSeen(sys.argv[1]), whistle=handle, called_off=handle).take(message)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("dies", "runs"),
    [
        pytest.param("in the handler", 2, id="before the note: once more"),
        pytest.param("behind the note", 1, id="behind the note: never again"),
    ],
)
def test_a_process_that_dies_in_between_handles_once_more_and_one_that_noted_never_again(
    tmp_path: Path, dies: str, runs: int
) -> None:
    ran = tmp_path / "ran"
    command = [sys.executable, "-c", DIES, str(tmp_path / "seen.db"), str(ran), dies]
    for _ in range(2):
        done = subprocess.run(command, check=False, env={**os.environ})
        assert -signal.SIGKILL == done.returncode
    assert "x" * runs == ran.read_text()


def test_while_a_message_is_handled_nobody_else_handles_it(tmp_path: Path) -> None:
    did: list[str] = []

    def inbox() -> Inbox:
        return Inbox(SqliteSeen(tmp_path / "s.db"), whistle=handle, called_off=print)

    other = threading.Thread(target=lambda: inbox().take(blown()))

    def handle(one: Whistle) -> None:
        did.append(one.id)
        if len(did) == 1:
            other.start()
            other.join(0.5)  # it waits for us: this time passes
            assert other.is_alive()

    assert inbox().take(blown())
    other.join(30)
    assert [W] == did


def test_notes_are_forgotten_when_they_are_old(seen: SqliteSeen) -> None:
    inbox = Inbox(seen, whistle=lambda _: None, called_off=print)
    inbox.take(blown())
    assert 0 == seen.forget(older_than_s=60)
    assert not inbox.take(blown())
    assert 1 == seen.forget(older_than_s=-1)
    assert inbox.take(blown())


def test_notes_lie_on_disk(tmp_path: Path, seen: SqliteSeen) -> None:
    Inbox(seen, whistle=lambda _: None, called_off=print).take(blown())
    stored = sqlite3.connect(tmp_path / "seen.db").execute("SELECT id FROM gridplus_seen").fetchall()
    assert [(W,)] == stored
