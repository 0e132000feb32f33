"""A process of its own for an adapter, which the kit starts and kills; what runs in it is `hub.kit.child`."""

import base64
import json
import os
import pickle
import subprocess
import sys
from typing import Any, Final

from hub.kit.desk import Desk
from hub.kit.outcome import Failed, NotApplicable
from hub.plugin import Body, Page

_TRIES: Final = 20
_PAGES: Final = 50


class Child:
    """A process that reads for a desk. `kill` ends it as a power cut would."""

    def __init__(self, desk: Desk) -> None:
        """Raises NotApplicable where the adapter cannot be made in another process."""
        try:
            made = pickle.dumps((desk.entry.make, desk.entry.config))
        except (pickle.PicklingError, AttributeError, TypeError):
            raise NotApplicable("it cannot be made by name in another process") from None
        self._process: Final = subprocess.Popen(
            [sys.executable, "-m", "hub.kit.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._send(
            {
                "made": base64.b64encode(made).decode(),
                "config": desk.config,
                "now": desk.clock.now().isoformat(),
                "own": str(desk.own),
                "source": desk.entry.name,
            }
        )

    def page(self, cursor: str) -> Page | None:
        """The page behind `cursor`, as read over there; None where nothing came, or only trouble."""
        for _ in range(_TRIES):
            self._send({"cursor": cursor})
            assert self._process.stdout is not None  # noqa: S101  it is a pipe
            line = self._process.stdout.readline()
            if not line:
                raise Failed("crashed", "its process ended by itself")
            answer = json.loads(line)
            if "error" in answer:
                raise Failed("crashed", f"it raised {answer['error']} in a process of its own")
            if "bodies" in answer:
                bodies = tuple(Body(base64.b64decode(content), kind) for content, kind in answer["bodies"])
                if bodies or answer["cursor"] == cursor:
                    return Page(bodies, answer["cursor"], answer["more"]) if bodies else None
                cursor = answer["cursor"]
        return None

    def pages(self, cursor: str) -> list[Page]:
        """All that follow."""
        found: list[Page] = []
        while len(found) < _PAGES and (page := self.page(cursor)) is not None:
            found.append(page)
            cursor = page.cursor
        return found

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, told: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101  it is a pipe
        try:
            self._process.stdin.write(json.dumps(told).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Failed("crashed", "its process ended by itself") from None
