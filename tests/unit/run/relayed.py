"""A department contacts residents in a test: a matter with requesters, the door, both gateways, and the worker that sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hub.errors import Refused
from hub.model import Person
from hub.run.ringing.contacting import Contacting
from hub.run.ringing.contacts import Asker, Made, Wanted
from hub.whistle.contact import Kind
from tests.instruments import HubInHand, person
from tests.unit.run.duty import NAMES, phones
from tests.unit.run.sources import pipe

WATER, ROOM = "zilai", "自来水值班室"
WHO = person(1)
WORDS = "维修人员约一小时后到场。"


class Relay:
    """One hub whose gateways answer, stepped by the test. `sms` and `voice` are the gateways' simulators."""

    def __init__(self, hub: HubInHand, sms: Any, voice: Any) -> None:
        self.hub, self.sms, self.voice = hub, sms, voice
        self.senders: dict[str, Contacting] = {name: hub.hub.plain_contacting(name) for name in NAMES}

    def whistle(self, ref: str = "A1", n: int = 0, who: Person | None = WHO, **changes: Any) -> str:
        """A matter that `who` told; the id of the water company's whistle."""
        self.hub.tell(replace(pipe(self.hub, ref, n), requester=who, **changes))
        self.hub.settle()
        rows = self.hub.rows("SELECT id, department FROM whistle ORDER BY blown_us, id")
        return str([r[0] for r in rows if r[1] == WATER][-1])

    def report(self, n: int = -1) -> str:
        """The id of a report, of the newest without `n`."""
        return str(self.hub.rows("SELECT id FROM event ORDER BY received_us, id")[n][0])

    def ask(self, whistle: str, department: str = WATER, account: str = "", **said: Any) -> Made:
        """The department asks; a message by template unless it says otherwise."""
        usual = {"nonce": "1", "report": self.report(), "kind": Kind.MESSAGE}
        if not {"template", "text", "extension"} & said.keys():
            said["template"] = "on_the_way"
        asker, now = Asker(department, account), self.hub.clock.now()
        return self.hub.hub.contacts.ask(asker, whistle, Wanted(**{**usual, **said}), now)

    def refused(self, whistle: str, department: str = WATER, **said: Any) -> str:
        """The code of the refusal."""
        try:
            self.ask(whistle, department, **said)
        except Refused as refused:
            return refused.code
        return ""

    def work(self, seconds: float = 0) -> None:
        """So much later everything is sent and asked about that is due."""
        self.hub.clock.pause(seconds)
        while sum(one.step() for one in self.senders.values()):
            pass

    def stands(self, whistle: str) -> list[tuple[str, str]]:
        """(state, code) of its contacts, the newest first."""
        return [(one.state.value, one.code) for one in self.hub.hub.contacts.list(WATER, whistle)]

    def wrote(self) -> list[tuple[str, str]]:
        """(number, words) of every message that went out."""
        return [(one["ref"], one["text"]) for one in self.sms.heard()]

    def connected(self) -> list[tuple[str, str]]:
        """(department's telephone, resident's) of every call that was made."""
        return [(one["text"], one["ref"]) for one in self.voice.heard()]


@contextmanager
def relay(
    hub: HubInHand, place: Path, *, sms: tuple[str, ...] = (), voice: tuple[str, ...] = ()
) -> Iterator[Relay]:
    """Gateways with these failure modes, and a department that contacts residents through them."""
    with phones(hub, place, sms=sms, voice=voice) as duty:
        yield Relay(hub, duty.sms, duty.voice)
