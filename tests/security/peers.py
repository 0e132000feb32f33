"""Every installed adapter as a peer meets it: configured as its own simulator says, with its golden samples."""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from hub.clock import FixedClock
from hub.plugin import Adapter, SimulatorSetup, Tools
from hub.plugin.registry import Registry
from hub.plugin.samples import RECEIVED_AT, Sample, read_samples

PLUGINS = sorted(Registry.load().adapters)
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class Peer:
    """An adapter with nobody behind it, and what its source says when it is well."""

    name: str
    adapter: Adapter
    samples: tuple[Sample, ...]
    clock: FixedClock
    config: Any
    """The plugin's own configuration."""
    nonce: Callable[[], str]


@contextmanager
def peer(name: str, place: Path) -> Iterator[Peer]:
    """The adapter called `name`; `place` is an empty directory."""
    entry = Registry.load().entry(name)
    assert entry.samples is not None
    clock, numbers, config = FixedClock(RECEIVED_AT), count(1), dict[str, Any]()
    of_samples = entry.samples / "config.json"  # where the golden samples need a configuration of their own
    if of_samples.exists():
        config = json.loads(of_samples.read_bytes())
    elif entry.simulator is not None:  # our own pages are no system that speaks
        system = entry.simulator(SimulatorSetup(clock=clock, place=place, seed=1))
        config = dict(system.start())
        system.stop()
    tools = Tools(
        source=name,
        clock=clock,
        http=partial(httpx.Client, verify=_NO_TLS),
        nonce=lambda: f"{next(numbers):032x}",
        public_url="http://127.0.0.1:9/in/source",
    )
    checked = entry.config.model_validate(config)
    adapter = entry.make(checked, tools)
    yield Peer(name, adapter, read_samples(entry.samples), clock, checked, tools.nonce)
    adapter.close()
