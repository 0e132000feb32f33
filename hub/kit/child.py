"""An adapter in a process of its own: `python -m hub.kit.child`, started and killed by `hub.kit.apart`.

It reads a page for each line that it is sent, and stores nothing: whoever started it does, or does not.
"""

import base64
import json
import pickle
import sys
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hub.clock import FixedClock
from hub.errors import HubError
from hub.kit.desk import tools
from hub.plugin.adapter import Adapter, Reads


class _Reader(Adapter, Reads, Protocol):
    """What is asked of it here."""


def _serve() -> None:
    begun = json.loads(sys.stdin.readline())
    make, model = pickle.loads(base64.b64decode(begun["made"]))  # noqa: S301  from the process that started this one
    clock = FixedClock(datetime.fromisoformat(begun["now"]))
    adapter: _Reader = make(
        model.model_validate(begun["config"]), tools(clock, Path(begun["own"]), begun["source"])
    )
    for line in sys.stdin:
        try:
            adapter.check()
            page = adapter.read(json.loads(line)["cursor"])
        except HubError as error:
            answer: dict[str, object] = {"trouble": error.code}
        except (
            Exception
        ) as error:  # foreign code: only the name of its type, its text may quote what a source sent
            answer = {"error": type(error).__name__}
        else:
            bodies = [(base64.b64encode(one.content).decode(), one.kind) for one in page.bodies]
            answer = {"bodies": bodies, "cursor": page.cursor, "more": page.more}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _serve()
