"""Which version of its plugin serves a source, where that lies, and whether it runs apart."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hub.errors import FixSettings, HubError
from hub.pack import Pack
from hub.plugin import AdapterEntry
from hub.plugin.apart import offered
from hub.plugin.registry import SHIPPED, Registry
from hub.plugin.shelf import Shelf
from hub.settings import Settings
from hub.store.choices import USUAL, Choice


@dataclass(frozen=True, slots=True)
class Code:
    """One version of one plugin."""

    entry: AdapterEntry
    module: str
    """That offers it."""
    path: str = ""
    """The folder that the module lies in; "" where it is installed."""


class Versions:
    """One object a process. What lies on the shelf runs apart, and what is not shipped with the hub, but for what the
    settings name."""

    def __init__(
        self,
        settings: Settings,
        pack: Callable[[], Pack],
        registry: Callable[[], Registry],
        chosen: Callable[[str], Choice] = lambda _: USUAL,
    ) -> None:
        """`pack` and `registry` are asked for when the first source is asked about; `chosen`: distribution → what is
        wanted of it."""
        self._settings, self._pack, self._registry, self._chosen = settings, pack, registry, chosen
        self._shelf: Final = Shelf(settings.home)
        self._offers: Final[dict[tuple[str, str], Mapping[str, tuple[AdapterEntry, str]]]] = {}
        """By distribution and version: what lies on the shelf says the same each time it is asked."""

    def plugin(self, source: str) -> str:
        """The name of the plugin that the pack gives the source."""
        return self._pack().sources[source].plugin

    def choice(self, source: str) -> Choice:
        """What is wanted of the plugin of a source."""
        setup = self._pack().sources.get(source)
        if setup is None or setup.plugin not in self._registry().adapters:
            return USUAL  # whoever asks for its adapter is told why
        return self._chosen(self._registry().origin(setup.plugin).distribution)

    def code(self, plugin: str, version: str = "") -> Code:
        """What the plugin offers in that version, and where it lies; "" is the installed one. Raises FixSettings C102,
        C121, or why it is refused."""
        known = self._registry()
        if not version:
            return Code(known.entry(plugin), known.origin(plugin).module)
        kept = self._shelf.find(known.origin(plugin).distribution, version)
        at = kept.distribution, kept.version
        if at not in self._offers:
            self._offers[at] = offered(kept, self._settings.plugin_user)
        found = self._offers[at].get(plugin)
        if found is None:
            raise FixSettings("C102", name=plugin)
        return Code(*found, str(kept.path))

    def runs_apart(self, plugin: str, version: str = "") -> bool:
        """Whether it runs in a process of its own."""
        origin = self._registry().origin(plugin)
        foreign = bool(origin.module) and origin.distribution not in SHIPPED
        return bool(version) or (foreign and plugin not in self._settings.plugins_inside)

    def exposed(self, sources: Iterable[str]) -> list[HubError]:
        """D164 where plugins from outside run as root, since the settings name no user for them."""
        if os.geteuid() != 0 or self._settings.plugin_user:
            return []
        wanted = {self.plugin(source): self.choice(source).version for source in sources}
        known = self._registry().adapters
        foreign = sorted(
            one for one, version in wanted.items() if one in known and self.runs_apart(one, version)
        )
        return [HubError("D164", plugins=", ".join(foreign))] if foreign else []
