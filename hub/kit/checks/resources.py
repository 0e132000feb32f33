"""What it takes and gives back: memory, threads, sockets, time to stop, and a process that is killed in the middle."""

import gc
import sys
import threading
import time
import types
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from hub.kit.apart import Child
from hub.kit.desk import Desk
from hub.kit.outcome import Failed, Level, NotApplicable, check
from hub.kit.subject import NOON, Subject, demand
from hub.kit.wire import Trouble
from hub.plugin import Page
from hub.plugin.adapter import Adapter, Reads, Receives

_OPEN_FILES: Final = Path("/proc/self/fd")
_NOT_READ: Final = "it is not read page by page"
RECORDS: Final = 5_000
_SLOWEST_A_SECOND: Final = 80
"""Records: slower than that, it counts as lost."""
_PUSHED: Final = 600
_GROWTH_BYTES: Final = 400
"""A record: what any list of them would need at least."""
_LARGEST_PAGE: Final = 2_000
_LONGEST_CURSOR: Final = 256 << 10
_STOPS_WITHIN_S: Final = 5.0
_PATIENCE_S: Final = 8.0
_SETTLES_WITHIN_S: Final = 3.0
_NOT_WALKED: Final = (
    type,
    types.ModuleType,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.FrameType,
    threading.Thread,
)


@check(
    "memory",
    Level.GOLD,
    "five thousand records leave no more behind than five hundred, and the cursor stays small",
)
def memory(subject: Subject) -> None:
    only_read = isinstance(subject.adapter, Reads) and not isinstance(subject.adapter, Receives)
    records_held(subject, RECORDS if only_read else _PUSHED)


def records_held(subject: Subject, records: int) -> None:
    """Raises Failed where what the adapter holds grows with what it has read. Drills ask for more records."""
    patience_s = max(_PATIENCE_S, records / _SLOWEST_A_SECOND)
    first = NOON - timedelta(seconds=5 * records)
    said = [
        subject.says(number, at=first + timedelta(seconds=5 * number)) for number in range(1, records + 1)
    ]
    with subject.at_desk(*said) as desk:
        desk.forgets = True
        desk.run(until=lambda: desk.taken >= records // 10, patience_s=patience_s)
        early = _held_by(desk.adapter)
        desk.run(patience_s=patience_s)
        demand(desk.taken >= records, "lost", f"of {records} reports {desk.taken} have come")
        grown = _held_by(desk.adapter) - early
        demand(
            grown < _GROWTH_BYTES * records,
            "grows",
            f"it holds {grown >> 10} KB more after {records} records than after a tenth",
        )
        demand(
            desk.largest_page <= _LARGEST_PAGE, "page", f"it hands over {desk.largest_page} records at once"
        )
        demand(len(desk.cursor) <= _LONGEST_CURSOR, "cursor", "its cursor grows with what it has read")


@check("nothing-left", Level.GOLD, "behind its close no thread, no client and no socket is left")
def nothing_left(subject: Subject) -> None:
    threads, sockets = set(threading.enumerate()), _sockets()
    with subject.at_desk(*(subject.says(number) for number in range(1, 13))) as desk:
        desk.run()
        desk.again()
        desk.step()
    _settled(lambda: set(threading.enumerate()) <= threads, "thread", "a thread goes on after it was closed")
    demand(all(one.is_closed for one in desk.clients), "client", "an HTTP client is not closed")
    gc.collect()
    _settled(lambda: _sockets() <= sockets, "socket", "a socket is open after it was closed")


@check("close-twice", Level.BRONZE, "closing it twice is closing it once")
def close_twice(subject: Subject) -> None:
    with subject.at_desk(subject.says()) as desk:
        desk.run()
        for fresh in (desk.made(), desk.adapter):
            for _ in range(3):
                fresh.close()


@check("stops-in-time", Level.GOLD, "it stops within 5 s, also while its system hangs")
def stops_in_time(subject: Subject) -> None:
    with subject.at_desk(subject.says(), trouble=lambda _: Trouble.SILENT) as desk:
        began = time.monotonic()
        step = threading.Thread(target=_one_step, args=(desk,), daemon=True)
        step.start()
        step.join(_STOPS_WITHIN_S)
        demand(not step.is_alive(), "hangs", "while its system says nothing, a step takes longer than 5 s")
        closed = threading.Thread(target=desk.adapter.close, daemon=True)
        closed.start()
        closed.join(max(0.1, _STOPS_WITHIN_S - (time.monotonic() - began)))
        demand(not closed.is_alive(), "waits", "it does not close within 5 s")


@check("killed", Level.SILVER, "a process that is killed before a page was stored loses nothing of it")
def killed(subject: Subject) -> None:
    subject.needs(Reads, why=_NOT_READ)
    said = [subject.says(number, at=NOON - timedelta(minutes=number)) for number in range(1, 151)]
    with subject.at_desk(*said) as desk:
        stored = _read_and_killed(desk)
        second = Child(desk)
        deadline = time.monotonic() + _PATIENCE_S
        while len(refs := _refs(desk, stored)) < len(said) and time.monotonic() < deadline:
            stored += second.pages(stored[-1].cursor if stored else "")
        second.kill()
        demand(len(refs) == len(said), "lost", f"of {len(said)} reports {len(refs)} are left after a kill")


def _read_and_killed(desk: Desk) -> list[Page]:
    """The page that a process stored before it was killed over the next one."""
    child = Child(desk)
    first = None
    deadline = time.monotonic() + _PATIENCE_S
    while first is None and time.monotonic() < deadline:
        first = child.page("")
    if first is not None:
        child.page(first.cursor)  # read, and never stored
    child.kill()
    return [first] if first is not None else []


def _refs(desk: Desk, stored: list[Page]) -> set[str]:
    """Numbers of the reports that were stored, and of those that were pushed meanwhile."""
    told = [desk.judged(body) for page in stored for body in page.bodies]
    read = {draft.source_ref for one in told for draft in one.drafts}
    return read | {draft.source_ref for draft in desk.story.drafts}


def _one_step(desk: Desk) -> None:
    try:
        desk.step()
    except Failed:
        return  # whatever it finds wrong: only how long it takes is asked here


def _settled(holds: Callable[[], bool], why: str, said: str) -> None:
    """Raises Failed where it does not hold after a while."""
    deadline = time.monotonic() + _SETTLES_WITHIN_S
    while not holds():
        if time.monotonic() > deadline:
            raise Failed(why, said)
        threading.Event().wait(0.01)


def _sockets() -> int:
    """How many this process has open; raises NotApplicable where nobody says."""
    try:
        return sum(map(_is_socket, list(_OPEN_FILES.iterdir())))
    except OSError:
        raise NotApplicable("this machine does not say which sockets are open") from None


def _is_socket(file: Path) -> bool:
    try:
        return str(file.readlink()).startswith("socket:")
    except OSError:
        return False  # it was closed meanwhile


def _held_by(adapter: Adapter) -> int:
    """Bytes of all that can be reached from the adapter, or stands in the modules of its package."""
    package = type(adapter).__module__.partition(".")[0]
    modules = [
        vars(one) for name, one in list(sys.modules.items()) if name.partition(".")[0] == package and one
    ]
    seen: set[int] = set()
    left: list[Any] = [adapter, *(value for names in modules for value in names.values())]
    size = 0
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, _NOT_WALKED):
            continue
        seen.add(id(one))
        size += sys.getsizeof(one)
        left += gc.get_referents(one)
    return size
