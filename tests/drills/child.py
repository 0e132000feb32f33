"""One process of the hub in a drill.

The hub as `gridplus run` starts it, with the drill's own source in the place of the installed plugins. Processes
are forked from a server that has this module and the pack loaded: a restart costs a drill no seconds.
"""

import faulthandler
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

from hub.crew import Crew
from hub.plugin.registry import Offer, Origin, Registry
from hub.run.ground import logs
from hub.run.rooms import clock_of
from hub.settings import read
from tests.drills import naughty
from tests.drills.full import Ceiling
from tests.drills.packs import DEMO, QUICK, pack_named
from tests.drills.shift import Shift, Shifted
from tests.drills.told import ENTRIES

SERVER: Final = get_context("forkserver")
SERVER.set_forkserver_preload([__name__])
_MADE_ONCE: Final = {name: (pack := pack_named(name), pack.gazetteer, pack.atlas) for name in (DEMO, QUICK)}


def begin(
    settings: Mapping[str, Any], workers: Sequence[str], log: Path, pack: str = DEMO
) -> ForkServerProcess:
    """A process with these workers; what it says goes to `log`."""
    process = SERVER.Process(target=_run, args=(settings, workers, log, pack))
    process.start()
    return process


def _run(settings: Mapping[str, Any], workers: Sequence[str], log: Path, pack: str) -> None:
    """Runs until SIGTERM, or until it is killed."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    told = read(**settings)
    logs.configure(told.log_level)
    faulthandler.register(signal.SIGUSR1)  # says where each thread stands
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    crew = Crew(told, workers, clock=Shifted(clock_of(told), Shift(told.home)), pack=pack_named(pack))
    outside = Offer(Origin("naughty", module=naughty.__name__), tuple(naughty.grid_adapters()))
    crew.hub.registry = Registry([Offer(Origin("drill"), ENTRIES), outside], [])
    Ceiling(told.home).hold(crew.hub.store)
    crew.start()
    os.write(1, f"started {os.getpid()}\n".encode())  # at once: a worker's line may not come between
    try:
        while not stop.wait(0.1):
            crew.look()
    finally:
        crew.stop()
