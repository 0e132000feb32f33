"""Workers of `gridplus run` in a process of their own, for a bench: `python -m hub.demo.crewed`.

One line on standard input says which, and on which settings; the end of the input stops them.
"""

import sys

import orjson

from hub.crew import Crew
from hub.run.ground import logs
from hub.settings import apart


def main() -> None:
    """Works until the input ends."""
    order = orjson.loads(sys.stdin.buffer.readline())
    logs.configure("warning")
    crew = Crew(apart(**order["settings"]), order["workers"])
    crew.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.buffer.read()
    crew.stop()


if __name__ == "__main__":
    main()
