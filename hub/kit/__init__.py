"""The conformance kit: named checks that run against any installed adapter through its simulator.

Nobody who writes a plugin writes one of them, and none is passed by leaving something out: the kit holds the wire, the
words and the clock. `gridplus plugin check` and the tests of every plugin run it.
"""

import time
from collections.abc import Callable
from pathlib import Path

from hub.kit.checks import ALL
from hub.kit.outcome import Check, Failed, Level, NotApplicable, Result, Verdict
from hub.kit.subject import Subject
from hub.plugin import AdapterEntry

__all__ = ["Check", "Level", "Result", "Verdict", "check_names", "checked"]


def check_names() -> tuple[str, ...]:
    """All checks, in the order in which they are run."""
    return tuple(ALL)


def checked(
    entry: AdapterEntry,
    name: str,
    place: Path,
    *,
    bus_url: str = "",
    crashed: Callable[[Exception], None] = lambda _: None,
) -> Result:
    """What comes of one check on one adapter; `place` is an empty directory. Never raises for what the adapter does.

    `bus_url` (`kafka://…`) is a broker to play systems on that are topics; without one they are not applicable. `crashed` is given what came out of the plugin and is none of the hub's errors: its author wants the traceback.
    """
    one = ALL[name]
    if name in entry.skips:
        return Result(one, Verdict.SKIPPED, said=entry.skips[name])
    began = time.perf_counter()

    def result(verdict: Verdict, why: str = "", said: str = "") -> Result:
        return Result(one, verdict, why, said, time.perf_counter() - began)

    try:
        one.run(Subject(entry, place, bus_url=bus_url))
    except NotApplicable as other:
        return result(Verdict.NOT_APPLICABLE, said=other.said)
    except Failed as failed:
        return result(Verdict.FAILED, failed.why, failed.said)
    except Exception as error:  # foreign code, wherever it was called
        crashed(error)
        return result(Verdict.FAILED, "crashed", f"{type(error).__name__} came out of the plugin")
    return result(Verdict.PASSED)
