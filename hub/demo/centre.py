"""The people at the centre and at one post of the demo, over HTTP with keys of their own: they decide about returns, raise
what does not move, look at results, and mark them.
"""

import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import httpx

_LOOK_S: Final = 1.0
_RAISED: Final = 2
"""So many matters are raised by hand."""


class Centre:
    """Decides about what comes, one look a second; every second return is upheld."""

    def __init__(self, hub_url: str, *, key: str, post_key: str, substitutes: Iterable[str]) -> None:
        """`substitutes`: departments that are designated where a return is upheld, one after the other."""
        self._http = httpx.Client(base_url=hub_url, timeout=20.0)
        self._key, self._post_key = key, post_key
        self._substitutes = list(substitutes)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True, name="centre")
        self._lock = threading.Lock()
        self._done: list[str] = []
        self._decided: set[tuple[str, int]] = set()
        self.arbitrated = 0
        """Returns that were decided about."""
        self.upgraded = 0
        self.marked = 0

    def start(self) -> None:
        """Looks from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Goes home."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self._http.close()

    def handed_in(self, whistle: str) -> None:
        """A department says that it is done: it is looked at with the next look."""
        with self._lock:
            self._done.append(whistle)

    def _work(self) -> None:
        while not self._stop.wait(_LOOK_S):
            with suppress(httpx.HTTPError):
                self._look()

    def _look(self) -> None:
        waiting = self._ask("GET", "/centre/returns") or {"returns": []}
        for one in waiting["returns"]:
            self._decide(one)
        with self._lock:
            done, self._done = self._done, []
        if done:
            self._mark(done)
        for whistle in done[:2]:
            self._ask("POST", f"/centre/whistles/{whistle}/decisions", {"move": "check"})

    def _decide(self, one: dict[str, Any]) -> None:
        """Every second return holds; what does not come down to one department rises first."""
        seen = (one["whistle_id"], one["version"])
        if seen in self._decided:
            return
        self._decided.add(seen)
        if self.upgraded < _RAISED:
            raised = self._ask(
                "POST", f"/centre/matters/{one['incident_id']}/upgrade", {"reason_code": "NO_OWNER"}
            )
            self.upgraded += raised is not None
        move = "dismiss" if len(self._decided) % 2 else "uphold"
        path = f"/centre/whistles/{one['whistle_id']}/decisions"
        if self._ask("POST", path, {"move": move, "reason_code": "DUTY_LIST"}) is None:
            return
        self.arbitrated += 1
        if move == "uphold" and one["role"] == "lead":
            self._designate(one["incident_id"], one["department"])

    def _designate(self, incident: str, relieved: str) -> None:
        for other in self._substitutes:
            said = {"department": other, "reason_code": "OWN_DUTY"}
            path = f"/centre/matters/{incident}/designations"
            if other != relieved and self._ask("POST", path, said) is not None:
                return

    def _mark(self, done: list[str]) -> None:
        marks = [{"whistle_id": id_, "response": 90, "resolve": 85, "satisfy": 90} for id_ in done]
        taken = self._ask("POST", "/posts/me/marks", {"marks": marks}, self._post_key)
        if taken is not None:
            self.marked += sum(not one["code"] for one in taken["marks"])

    def _ask(self, method: str, path: str, body: object = None, key: str = "") -> Any:
        headers = {"authorization": f"Bearer {key or self._key}"}
        answer = self._http.request(method, path, json=body, headers=headers)
        return answer.json() if answer.is_success else None
