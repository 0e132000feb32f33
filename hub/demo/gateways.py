"""The gateways to duty phones of the demo: each channel's own simulator, ready for the settings of a hub.

`channels` of the settings is what `Gateways.open` gives back; the hub speaks to them over sockets as to real ones.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.clock import Clock
from hub.pack import Pack
from hub.plugin import Simulator, SimulatorSetup
from hub.plugin.registry import Registry


class Gateways:
    """One simulator for each channel of a pack whose plugin brings one."""

    def __init__(self, registry: Registry, pack: Pack) -> None:
        self._registry, self._pack = registry, pack
        self._running: dict[str, Simulator] = {}

    def open(
        self, clock: Clock, place: Path, *, seed: int, failures: Mapping[str, Sequence[str]] | None = None
    ) -> dict[str, dict[str, Any]]:
        """Starts them; channel → its configuration. `failures`: channel → failure modes that are switched on.

        Raises FixSettings C102 where the plugin of a channel is not installed.
        """
        configs: dict[str, dict[str, Any]] = {}
        for name, plugin in self._pack.rosters.channels.items():
            make = self._registry.channel(plugin).simulator
            if make is None:
                continue
            home = place / name
            home.mkdir(parents=True, exist_ok=True)
            modes = tuple((failures or {}).get(name, ()))
            self._running[name] = make(SimulatorSetup(clock=clock, place=home, seed=seed, failures=modes))
            configs[name] = dict(self._running[name].start())
        return configs

    def rang(self) -> dict[str, int]:
        """Channel → how many phones rang so far."""
        return {name: len(one.heard()) for name, one in self._running.items()}

    def close(self) -> None:
        """Stops them; may be called twice."""
        running, self._running = self._running, {}
        for one in running.values():
            one.stop()
