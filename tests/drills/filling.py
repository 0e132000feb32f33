"""A back-fill in a process of its own, which a drill kills and starts again."""

import resource
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

from hub.errors import TryLater
from hub.plugin import Adapter
from hub.run.assembly import Assembly
from hub.run.ground import logs
from hub.run.importing import Import, adapter_for
from hub.run.settling import settle
from hub.settings import read
from tests.drills import child
from tests.instruments import COLUMNS, demo_pack

SOURCE: Final = "history"


def begin(settings: Mapping[str, Any], files: Path, done: Path) -> ForkServerProcess:
    """A process that imports all of `files`, and then writes the most memory it took, in KB, to `done`."""
    child.SERVER.set_forkserver_preload([child.__name__, __name__])
    process = get_context("forkserver").Process(target=_run, args=(settings, files, done))
    process.start()
    return process


def _run(settings: Mapping[str, Any], files: Path, done: Path) -> None:
    told = read(**settings)
    logs.configure(told.log_level)
    hub = Assembly(told, pack=demo_pack())
    try:
        adapter = adapter_for(hub, SOURCE, files, COLUMNS)
        while not _imported(hub, adapter):  # for as long as the lease of the one that was killed lasts
            hub.clock.pause(told.lease_s / 4)
        settle(hub, {SOURCE: adapter})
    finally:
        hub.close()
    done.write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


def _imported(hub: Assembly, adapter: Adapter) -> bool:
    try:
        Import(hub, SOURCE, adapter).run()
    except TryLater:
        return False
    return True
