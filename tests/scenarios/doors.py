"""A hub with one place's pack, and the doors that people come in by: a source, HTTP, the command line.

Departments and posts speak HTTP, each with a key of its own; the centre calls `gridplus`, as a process beside the
workers would. All of them share one clock, which only the story moves.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from click.testing import CliRunner
from fastapi.testclient import TestClient

from hub.api.app import serve
from hub.cli import main
from hub.clock import SHANGHAI
from hub.model import Code, Draft, Urgency
from hub.pack import Pack
from hub.store import principals
from tests.instruments import HubInHand
from tests.scenarios.story import CENTRE, POST, Act, moment

SOURCE: Final = "hotline_12345"
TABLE: Final = "hl-1"
DONE: Final = {"outcome": "done", "measure": "已处置完毕"}
ACCOUNTS: Final = {CENTRE: "zhongxin01", POST: "gangwei01"}
_MOST_ROUNDS: Final = 50
_CODE: Final = re.compile(r"^([A-Z]\d{3}) ", re.MULTILINE)


class Doors:
    """The hub of one story."""

    def __init__(self, home: Path, pack: Pack, begins: datetime, *, store: str = "") -> None:
        self.hub = HubInHand(home, pack=pack, store=store)
        self.go_to(begins)
        self._clockwork = self.hub.hub.plain_clockwork()
        self._http = TestClient(serve(self.hub.hub), raise_server_exceptions=False)
        self._said = 0
        for one in self.departments:
            self._admit("department", one)

    @property
    def departments(self) -> list[str]:
        """Those with a contract."""
        return self.hub.hub.departments

    def close(self) -> None:
        """Gives everything back."""
        self._http.close()
        self.hub.close()

    def _admit(self, kind: str, name: str) -> None:
        """From now on there is a key that speaks for it."""
        with self.hub.hub.store.write() as conn:
            principals.register(conn, principals.Principal(kind, name), _key(name), self.hub.clock.now())

    def go_to(self, at: datetime) -> None:
        """It is that moment now."""
        self.hub.clock.pause((at - self.hub.clock.now()).total_seconds())

    def tick(self) -> None:
        """The clockwork looks until there is nothing left to do, and what it says is sent."""
        rounds = 0
        while self._clockwork.step():
            rounds += 1
            assert rounds < _MOST_ROUNDS, "the clockwork finds no end"
        self.hub.settle(SOURCE)

    # -- who comes in ------------------------------------------------------------------------------------

    def report(self, at: datetime, said: Mapping[str, Any]) -> str:
        """A matter is told at the source."""
        draft = Draft(
            source_ref=str(said["ref"]),
            category=Code(TABLE, str(said["code"])),
            occurred_at=at,
            reported_at=at,
            urgency=Urgency(said.get("urgency", Urgency.ROUTINE)),
            content=str(said["words"]),
            address=str(said["address"]),
        )
        self.hub.tell(draft, source=SOURCE)
        self.hub.settle(SOURCE)
        return ""

    def department(self, name: str, move: str, said: Mapping[str, Any]) -> str:
        """The department reports about its newest whistle; gives back the code of a refusal, "" for none."""
        self._said += 1
        body: dict[str, Any] = {"nonce": f"n{self._said}", "move": move}
        body |= {word: said[word] for word in ("note", "form", "alone", "version") if word in said}
        if "reason" in said:
            body["reason_code"] = said["reason"]
        if "until" in said:
            body["until"] = moment(said["until"]).isoformat()
        if move == "result":
            body.setdefault("form", DONE)
        path = f"/departments/me/whistles/{self.whistle_of(name)}/reports"
        return self._sent(path, body, name)

    def post(self, name: str, does: str, said: Mapping[str, Any]) -> str:
        """A post blows a whistle, or reviews one; gives back as above."""
        self._admit("post", name)
        body: dict[str, Any] = {"reason_code": str(said.get("reason", ""))}
        if does == "blow":
            body |= {"level": said["level"], "department": str(said.get("calls", ""))}
            return self._sent(f"/posts/me/matters/{self.matter()}/whistles", body, name)
        whistle = self.whistle_of(str(said["of"]))
        return self._sent(f"/posts/me/whistles/{whistle}/review", {**body, "move": does}, name)

    def account(self, act: Act) -> str:
        """Somebody at the centre, or who marks, calls `gridplus`; gives back as above."""
        done = self._gridplus(*_words(act, self._subject(act)), "--by", ACCOUNTS[act.kind])
        if done.exit_code == 0:
            return ""
        found = _CODE.search(done.stderr)
        assert found, done.output
        return found[1]

    def figures(self, *words: str) -> Any:
        """What a command that lists something prints."""
        done = self._gridplus(*words)
        assert done.exit_code == 0, done.output
        return orjson.loads(done.stdout.splitlines()[-1])

    def fetch(self, department: str) -> list[dict[str, Any]]:
        """What waits for the department, which it acknowledges."""
        path = "/departments/me/whistles"
        found: list[dict[str, Any]] = self._http.get(path, headers=_by(department)).json()["whistles"]
        ids = [one["id"] for one in found]
        self._http.post(f"{path}/acknowledgements", headers=_by(department), json={"ids": ids})
        return found

    def _sent(self, path: str, body: Mapping[str, Any], name: str) -> str:
        answer = self._http.post(path, json=body, headers=_by(name))
        return "" if answer.is_success else str(answer.json()["code"])

    # -- what they speak of ------------------------------------------------------------------------------

    def whistle_of(self, department: str) -> str:
        """The department's newest whistle; a number that none has, where it was never called."""
        rows = self.hub.rows("SELECT department, id FROM whistle ORDER BY blown_us, version")
        return next((str(r[1]) for r in reversed(rows) if r[0] == department), f"wh_{'0' * 32}")

    def matter(self) -> str:
        """The story's one matter."""
        ((id_,),) = self.hub.rows("SELECT id FROM incident")
        return str(id_)

    def _subject(self, act: Act) -> str:
        return self.whistle_of(str(act.said["of"])) if "of" in act.said else self.matter()

    def _gridplus(self, *words: str) -> Any:
        settings = self.hub.hub.settings
        env = {
            "GRIDPLUS_HOME": str(settings.home),
            "GRIDPLUS_STORE": settings.store_url,
            "GRIDPLUS_PACK": str(self.hub.hub.pack.root),
            "GRIDPLUS_CLOCK_START": self.hub.clock.now().astimezone(SHANGHAI).isoformat(),
            "GRIDPLUS_CLOCK_SPEED": "1e-9",  # it stands still for as long as a command takes
        }
        return CliRunner().invoke(main, list(words), prog_name="gridplus", env=env)


def _words(act: Act, subject: str) -> list[str]:
    """The command line of what an account does."""
    reason = ["--reason", str(act.said["reason"])] if "reason" in act.said else []
    if act.does == "mark":
        actor = "centre" if act.kind == CENTRE else "blower"
        marks = [word for aspect, value in act.said["marks"].items() for word in (f"--{aspect}", str(value))]
        return ["mark", "give", subject, "--as", actor, *marks]
    words = ["whistle", act.does, subject, *reason]
    if act.does == "designate":
        words.insert(3, str(act.said["calls"]))
    return words


def _key(department: str) -> str:
    return f"key-of-{department}"


def _by(department: str) -> dict[str, str]:
    return {"authorization": f"Bearer {_key(department)}"}
