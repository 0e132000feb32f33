"""Puts the house together for one process: rooms, workers, and the doors that callers come in by."""

from typing import Any

from hub.errors import FixSettings, HubError
from hub.run.care.account import account
from hub.run.consoles import Consoles
from hub.run.keys.reach import is_loopback
from hub.run.people.demo import check_demo
from hub.store import principals


class Assembly(Consoles):
    """Everything one process needs, made at first use and closed once."""

    def check_demo(self) -> None:
        """Raises FixSettings where a demo's accounts would be open to more than a demo (C101, C110, C180)."""
        is_near = is_loopback(self.settings.host)
        check_demo(self.store, is_demo=self.settings.demo, is_loopback=is_near)

    def register_callers(self) -> None:
        """Lets the keys of the settings speak for their departments; only digests are stored."""
        with self.store.write() as conn:
            for name, key in self.settings.api_keys.items():
                who = principals.Principal("department", name)
                principals.register(conn, who, key.get_secret_value(), self.clock.now())

    def account(self) -> dict[str, Any]:
        """Records by fate, events, incidents, whistles."""
        with self.store.read() as conn:
            return account(conn)

    def warnings(self) -> list[HubError]:
        """What this process could not take up while it works: a renewed certificate that is no pair."""
        return [] if self.certificate is None or self.certificate.fault is None else [self.certificate.fault]

    def untaken(self) -> list[HubError]:
        """What lies in files and would not be taken up now: secrets of sources, the web worker's certificate."""
        found = [t for s in self.active_sources() if (t := self.adapters.trouble(s)) is not None]
        try:
            return found + self.warnings()
        except FixSettings as error:
            return [*found, HubError("C161", error=error.code)]

    def warm(self) -> None:
        """Makes now what is made once, so that no record waits for it."""
        self.staff.is_staff("", "")
        for made in (self.journey, self.showing, self.outbox, self.pack.gazetteer, self.pack.atlas):
            del made
