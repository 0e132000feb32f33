"""One process of the hub in a drill: `python -m tests.drills.child '<settings as JSON>' worker…`.

The hub as `gridplus run` starts it, with the drill's own source in the place of the installed plugins.
"""

import json
import os
import signal
import sys
import threading

from hub.crew import Crew
from hub.plugin.registry import Offer, Origin, Registry
from hub.run import logs
from hub.settings import read
from tests.drills.lines import ENTRY


def main() -> None:
    """Runs until SIGTERM, or until it is killed."""
    settings = read(**json.loads(sys.argv[1]))
    logs.configure(settings.log_level)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    crew = Crew(settings, sys.argv[2:])
    crew.hub.registry = Registry([Offer(Origin("drill"), (ENTRY,))], [])
    crew.start()
    print(f"started {os.getpid()}", flush=True)
    try:
        while not stop.wait(0.1):
            crew.look()
    finally:
        crew.stop()


if __name__ == "__main__":
    main()
