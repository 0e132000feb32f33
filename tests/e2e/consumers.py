"""Consumers before a rehearsal: a good one on `gridplus_client`, and one that is bad in each way that a check knows."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
from gridplus_client import (
    CalledOff,
    Hub,
    Inbox,
    Refused,
    Retry,
    SqliteSeen,
    Whistle,
    moves,
)

POLL_S = 0.03
FORM = {"outcome": "done", "measure": "已现场处置"}


class Good:
    """Takes whistles, signs them, opens them, hands in a result; puts aside what fails."""

    form: Mapping[str, Any] = FORM

    def __init__(self, place: Path, url: str, key: str) -> None:
        self.hub = Hub(url, key, timeout_s=5.0, retry=Retry(tries=6, first_s=0.01))
        self.stop = threading.Event()
        self.over: set[str] = set()
        self.aside: list[str] = []
        self.inbox = Inbox(
            SqliteSeen(place / "seen.db"),
            whistle=self.whistle,
            called_off=self.called_off,
            failed=lambda message, _: self.aside.append(message.id),
        )

    def whistle(self, one: Whistle) -> None:
        self.hub.report(one, moves.SIGN)
        self.hub.open(one)
        self.hub.report(one, moves.RESULT, form=self.form)

    def called_off(self, one: CalledOff) -> None:
        self.over.add(one.whistle_id)

    def work(self) -> None:
        self.hub.run(self.inbox, every_s=POLL_S, stop=self.stop)


class Raw:
    """Without the client: fetches, does what `handle` says, acknowledges, and forgets everything."""

    def __init__(self, _: Path, url: str, key: str) -> None:
        self.http = httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=5.0)
        self.stop = threading.Event()

    def work(self) -> None:
        while not self.stop.wait(POLL_S):
            with suppress(httpx.HTTPError, KeyError, ValueError):
                self.round(self.fetch())

    def fetch(self) -> list[dict[str, Any]]:
        answer = self.http.get("/departments/me/whistles").raise_for_status()
        return list(answer.json()["whistles"])

    def round(self, messages: list[dict[str, Any]]) -> None:
        for one in messages:
            self.handle(one)
            self.acknowledge(one["id"])

    def handle(self, one: dict[str, Any]) -> None:
        """Nothing."""

    def acknowledge(self, *ids: str) -> None:
        self.http.post(
            "/departments/me/whistles/acknowledgements", json={"ids": list(ids)}
        ).raise_for_status()

    def report(self, one: dict[str, Any], move: str, nonce: str = "", **said: Any) -> int:
        body = {"nonce": nonce or f"{one['id']}:{move}", "move": move, **said}
        return self.http.post(f"/departments/me/whistles/{one['subject']}/reports", json=body).status_code


class Absent(Raw):
    """Comes with another key."""

    def __init__(self, place: Path, url: str, _: str) -> None:
        super().__init__(place, url, "another")


class Silent(Raw):
    """Fetches, and acknowledges nothing."""

    def acknowledge(self, *ids: str) -> None: ...


class Twice(Raw):
    """Acknowledges everything two times."""

    def acknowledge(self, *ids: str) -> None:
        for _ in range(2):
            super().acknowledge(*ids)


class Guessing(Raw):
    """Acknowledges what it has not got."""

    def acknowledge(self, *ids: str) -> None:
        super().acknowledge(*ids, "wh_" + "0" * 32)


class Deaf(Raw):
    """Acknowledges an id once in its life."""

    def __init__(self, place: Path, url: str, key: str) -> None:
        super().__init__(place, url, key)
        self.known: set[str] = set()

    def acknowledge(self, *ids: str) -> None:
        new = [one for one in ids if one not in self.known]
        self.known.update(new)
        if new:
            super().acknowledge(*new)


class Forgetful(Raw):
    """Signs each message that comes, under a new number each time."""

    def handle(self, one: dict[str, Any]) -> None:
        self.report(one, "sign", nonce=token_hex(8))


class InOrder(Raw):
    """Passes over whistles that are older than the last one it saw."""

    newest = ""

    def round(self, messages: list[dict[str, Any]]) -> None:
        for one in messages:
            if one["time"] >= self.newest:
                self.newest = one["time"]
                self.acknowledge(one["id"])


class GivesUp(Raw):
    """Never asks again once a call failed."""

    def work(self) -> None:
        with suppress(httpx.HTTPError):
            while not self.stop.wait(POLL_S):
                self.round(self.fetch())
        self.stop.wait()


class OnlyOnce(Raw):
    """Says each report once, whatever becomes of it."""

    def handle(self, one: dict[str, Any]) -> None:
        with suppress(httpx.HTTPError):
            self.report(one, "sign")


class NewNumbers(Raw):
    """Says a report that failed again, under a new number."""

    def handle(self, one: dict[str, Any]) -> None:
        for _ in range(5):
            with suppress(httpx.HTTPError):
                if self.report(one, "sign", nonce=token_hex(8)) < 500:
                    return


class Strict(Good):
    """Takes a message only if it has exactly the fields that it knows."""

    def whistle(self, one: Whistle) -> None:
        known = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}
        if not set(one.raw) <= known:
            raise ValueError
        super().whistle(one)


class OneType(Raw):
    """Leaves lying whatever is no whistle."""

    def round(self, messages: list[dict[str, Any]]) -> None:
        super().round([one for one in messages if one["type"].startswith("grid.whistle")])


class Stubborn(Raw):
    """Reports on each message, whatever it says."""

    def handle(self, one: dict[str, Any]) -> None:
        self.report(one, "sign", nonce=f"{one['subject']}:sign")


class Demanding(Raw):
    """Needs the category of every whistle."""

    def round(self, messages: list[dict[str, Any]]) -> None:
        for one in messages:
            if one["type"] != "grid.whistle.v1" or one["data"].get("incident", {}).get("category"):
                self.acknowledge(one["id"])


class ByWhistle(Good):
    """Makes its numbers of the whistle, also when it is called again."""

    def whistle(self, one: Whistle) -> None:
        self.hub.report(one, moves.SIGN, nonce=f"{one.whistle_id}-sign")


class Hammering(Raw):
    """Says what was refused again and again."""

    def handle(self, one: dict[str, Any]) -> None:
        while one["type"] == "grid.whistle.v1" and self.report(one, "sign") == 422 and not self.stop.is_set():
            pass


class Stuck(Raw):
    """Does not acknowledge what was refused, so that it comes again and again."""

    def handle(self, one: dict[str, Any]) -> None:
        if self.report(one, "sign") == 422:
            raise ValueError


class Misfit(Good):
    """Its form is none of the contract."""

    form: Mapping[str, Any] = {"outcome": "perhaps"}

    def whistle(self, one: Whistle) -> None:
        self.hub.report(one, moves.SIGN)
        with suppress(Refused):
            self.hub.report(one, moves.RESULT, form=self.form)


class Dying(Raw):
    """Ends at the first message of a type that it has never seen."""

    def work(self) -> None:
        ends = False
        while not ends and not self.stop.wait(POLL_S):
            with suppress(httpx.HTTPError):
                messages = self.fetch()
                ends = any(one["type"] == "grid.whistle.cancelled.v1" for one in messages)
                self.round([] if ends else messages)
        self.stop.wait()


@contextmanager
def working(consumer: Any) -> Iterator[Any]:
    """The consumer at work in a thread of its own."""
    thread = threading.Thread(target=consumer.work, daemon=True)
    thread.start()
    try:
        yield consumer
    finally:
        consumer.stop.set()
        thread.join(10)
