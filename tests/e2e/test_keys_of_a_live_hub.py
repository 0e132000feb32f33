"""The blind and the audit key change under a hub that works: over real sockets, on both stacks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.access.keyring import load_keys
from hub.access.vault import Vault
from hub.run.exits.auditing import Whole, examine_by
from hub.run.ground.sealing import open_resident
from hub.run.keys import auditrotation, blindrotation
from hub.store import keys
from hub.store.tables import resident
from tests.connected.patience import until
from tests.e2e.live import LiveHub, said
from tests.instruments import person


@pytest.fixture(params=["embedded", pytest.param("connected", marks=pytest.mark.connected)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveHub]:
    """A hub that works."""
    if request.param == "embedded":
        made = LiveHub(tmp_path)
    else:
        store, bus, prefix = request.getfixturevalue("real_servers").fresh()
        made = LiveHub(tmp_path, store=store, bus=bus, kafka_prefix=prefix)
    until(lambda: made.hotline.knock() == 401, "the web worker listens")
    yield made
    made.close()


class Talk:
    """Reports by new people, and knocks that are refused and written down, one behind the other."""

    def __init__(self, place: LiveHub) -> None:
        self._place = place
        self.taken: list[int] = []
        self.refused = 1  # by the fixture

    def go_on(self, ends: threading.Event) -> None:
        """Until `ends`."""
        while not ends.is_set():
            n = len(self.taken)
            self.taken.append(self._place.hotline.push(said(f"GD{n}", "push", requester=person(n))))
            self.refused += self._place.hotline.knock() == 401


@contextmanager
def talking(place: LiveHub) -> Iterator[Talk]:
    """Somebody talks within the block, and before and after it."""
    talk, ends = Talk(place), threading.Event()
    thread = threading.Thread(target=talk.go_on, args=(ends,))
    thread.start()
    try:
        _some_more(talk)
        yield talk
        _some_more(talk)
    finally:
        ends.set()
        thread.join()
    assert {200} == set(talk.taken)
    until(
        lambda: place.records() == len(talk.taken) and place.is_settled(),
        "all of it is worked on",
        within_s=60,
    )


def _some_more(talk: Talk) -> None:
    before = len(talk.taken)
    until(lambda: len(talk.taken) >= before + 15, "somebody talks")


def test_a_new_blind_key_under_load_loses_nobody(place: LiveHub) -> None:
    file = place.crew.hub.settings.keys_file
    with talking(place) as talk:
        blindrotation.begin(file)
        done = blindrotation.finish(place.crew.hub.store, file, place.crew.hub.pack)
        assert set() == done.damaged
    ring = load_keys(file)
    assert b"" == ring.blind_before
    fresh = Vault(ring)
    with place.crew.hub.store.read() as conn:
        rows = conn.execute(select(resident)).all()
        known = keys.of(conn, [r.id for r in rows])
    indexes = [bytes(r.phone_index) for r in rows]
    numbers = [open_resident(fresh, known[r.id], r.sealed).phone for r in rows]
    assert len(talk.taken) == len(rows)
    assert [fresh.blind("phone", one) for one in numbers] == indexes


def test_a_new_audit_key_under_load_loses_no_look_and_breaks_no_chain(place: LiveHub) -> None:
    file = place.crew.hub.settings.keys_file
    with talking(place) as talk:
        auditrotation.begin(file)
        auditrotation.finish(place.crew.hub.store, file)
    with place.crew.hub.store.read() as conn:
        found = examine_by(conn, load_keys(file))
        refused = sum(r.rows.count('"P101"') for r in conn.exec_driver_sql("SELECT rows FROM audit"))
    assert isinstance(found, Whole)
    assert talk.refused == refused
