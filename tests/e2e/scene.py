"""A served hub in which a test brings about what a request speaks of: a whistle after some moves, a card, a review."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, cast

import httpx

from hub.api import examples
from hub.model import Contract, Duration, Level, Unit, WaitRules
from hub.pack import Pack
from hub.run.supervision.asking import Asking
from hub.store import principals
from hub.whistle.supervision import Trigger
from tests.e2e.served import blow, key_for
from tests.instruments import HubInHand, demo_pack

LEAD: Final = "zilai"
WAITS: Final = WaitRules(reason_codes=("WAIT_MATERIAL",), longest=Duration(20, Unit.WORK_DAY), most=2)
HARD: Final = (Level.HARD, Level.EMERGENCY)
SUBDISTRICT: Final = "subdistrict:329901012"
DISTRICT: Final = "district:329901"


def pack() -> Pack:
    """The demo's, whose water company may wait and ask for time, and whose emergency office is called for all that is
    hard, too, which the district reviews."""
    demo = demo_pack()
    return replace(demo, contracts=tuple(map(_changed, demo.contracts)))


def _changed(one: Contract) -> Contract:
    if one.department == LEAD:
        return replace(one, pauses=WAITS, extensions=WAITS)
    if one.department == "yingji":
        accepts = tuple(
            replace(clause, categories=("*",), when=replace(clause.when, levels=HARD))
            if clause.when.levels
            else clause
            for clause in one.accepts
        )
        return replace(one, accepts=accepts)
    return one


@dataclass(frozen=True, slots=True)
class Scene:
    """A served hub, whose matters a test brings about one by one."""

    hub: HubInHand
    url: str

    def whistle(self, *moves: str, matter: int = 1) -> str:
        """A whistle of the water company after these moves."""
        id_ = blow(self.hub, LEAD, matter)
        said = {str(one["move"]): one for one in cast("list[Any]", examples.REPORT_IN["examples"])}
        for move in moves:
            body = {name: value for name, value in said[move].items() if name != "version"}
            done = self.ask("POST", f"/departments/me/whistles/{id_}/reports", LEAD, body)
            assert 201 == done.status_code, done.text
        return id_

    def matter(self) -> str:
        """The newest matter."""
        return str(self.hub.rows("SELECT id FROM incident ORDER BY opened_us DESC, id LIMIT 1")[0].id)

    def card(self) -> str:
        """A card that was shown to the water company."""
        self.whistle()
        self.hub.clock.pause(7200)
        clockwork = self.hub.hub.plain_clockwork()
        while clockwork.step():
            pass
        return str(self.hub.rows(f"SELECT id FROM card WHERE department = '{LEAD}'")[0].id)  # noqa: S608

    def measure(self) -> str:
        """What the water company has to answer for."""
        whistle = self.whistle()
        with self.hub.hub.store.write() as conn:
            desk = Asking(conn, self.hub.hub.vault, by="zhongxin01", at=self.hub.clock.now())
            return desk.open(whistle, Trigger.POOR, date(2026, 3, 13)).id

    def submitted(self, matter: int) -> str:
        """A whistle that the subdistrict submitted and the district has to review."""
        self.whistle(matter=matter)
        body = cast("list[Any]", examples.BLOW["examples"])[0]
        done = self.ask("POST", f"/posts/me/matters/{self.matter()}/whistles", SUBDISTRICT, body)
        assert 201 == done.status_code, done.text
        return str(done.json()["whistles"][0]["whistle_id"])

    def ask(self, method: str, path: str, who: str, body: Any = None) -> httpx.Response:
        """The answer to `who`: a department, a post, or the centre."""
        headers = {"authorization": f"Bearer {self._key(who)}"}
        return httpx.request(method, self.url + path, json=body, headers=headers)

    def _key(self, who: str) -> str:
        kind = "post" if ":" in who else "centre" if who == "centre" else "department"
        if kind == "department":
            return key_for(self.hub, who)
        key = who.encode().hex().ljust(64, "0")
        with self.hub.hub.store.write() as conn:
            principals.register(conn, principals.Principal(kind, who), key, self.hub.clock.now())
        return key
