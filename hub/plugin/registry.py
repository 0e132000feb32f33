"""Which adapters and channels are installed: entry points of the group `gridplus`, each asked alone.

Nothing else ties a plugin to the hub. Foreign code runs here for the first time, so whatever comes out
of it becomes an `Offer` or a `Refusal`, and the others are still asked. Nothing is made here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from itertools import chain
from types import MappingProxyType
from typing import Final, TypeVar

import pluggy

from hub.errors import FixSettings
from hub.plugin import hookspecs
from hub.plugin.adapter import AdapterEntry
from hub.plugin.channel import ChannelEntry
from hub.plugin.hookspecs import PROJECT

INTERFACE: Final = 1
"""The version of `hub.plugin` that this hub speaks."""
OLDEST: Final = 1
"""The oldest version for which a plugin may have been built; docs/engineers.md, Versions of the interface."""
_SPOKEN: Final = range(OLDEST, INTERFACE + 1)
SHIPPED: Final = frozenset(
    {
        "gridplus-emergency",
        "gridplus-file-import",
        "gridplus-food-safety",
        "gridplus-grid-app",
        "gridplus-grid-pages",
        "gridplus-hotline-12345",
        "gridplus-iot-sensors",
        "gridplus-market-supervision",
        "gridplus-petition",
        "gridplus-police-110",
        "gridplus-police-grid",
        "gridplus-sms-gateway",
        "gridplus-urban-management",
        "gridplus-utilities",
        "gridplus-voice-gateway",
        "gridplus-xueliang-video",
    }
)
"""Distributions that come with the hub and are tested with it."""
Offered = TypeVar("Offered", AdapterEntry, ChannelEntry)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plugin comes from: its entry point, and the distribution that brings it."""

    name: str
    distribution: str = ""
    version: str = ""
    module: str = ""
    """What the entry point names: who loads it elsewhere loads the same."""
    path: str = ""
    """Where it lies, if it is not installed but on the shelf."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one plugin brings."""

    origin: Origin
    entries: tuple[AdapterEntry, ...]
    channels: tuple[ChannelEntry, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of all it brings; no two plugins may share one."""
        return *(one.name for one in self.entries), *(one.name for one in self.channels)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one plugin is not used: C103 raised, C113 collides, C111 other interface, C112 offers nothing."""

    origin: Origin
    error: FixSettings


class Registry:
    """What is installed: all offers and all refusals of one look."""

    def __init__(self, offers: Iterable[Offer], refusals: Iterable[Refusal]) -> None:
        self.offers: Final = tuple(offers)
        self.refusals: Final = tuple(refusals)
        self.adapters: Final[Mapping[str, AdapterEntry]] = MappingProxyType(
            {entry.name: entry for offer in self.offers for entry in offer.entries}
        )
        self.channels: Final[Mapping[str, ChannelEntry]] = MappingProxyType(
            {entry.name: entry for offer in self.offers for entry in offer.channels}
        )

    @classmethod
    def load(cls, points: Iterable[EntryPoint] | None = None, *, spoken: range = _SPOKEN) -> "Registry":
        """What is installed, or what `points` name. Opens no connection, makes no adapter.

        Plugins are asked in the order of distribution and name; of two that offer the same name the
        first one holds and the other is refused, so that every process of the hub decides alike. `spoken`: the
        versions of the interface of which plugins are taken.
        """
        found = entry_points(group=PROJECT) if points is None else points
        offers: list[Offer] = []
        refusals: list[Refusal] = []
        for point in sorted(found, key=lambda one: (_origin(one).distribution, one.name, one.value)):
            answer = _without_collision(_ask(point, spoken), offers)
            if isinstance(answer, Offer):
                offers.append(answer)
            else:
                refusals.append(answer)
        return cls(offers, refusals)

    def entry(self, name: str) -> AdapterEntry:
        """The adapter called `name`; raises FixSettings C102, or why its plugin was refused."""
        return self._found(self.adapters, name)

    def origin(self, name: str) -> Origin:
        """Where the adapter or channel called `name` comes from; raises FixSettings C102."""
        for offer in self.offers:
            if name in offer.names:
                return offer.origin
        raise FixSettings("C102", name=name)

    def channel(self, name: str) -> ChannelEntry:
        """The channel called `name`; raises FixSettings C102, or why its plugin was refused."""
        return self._found(self.channels, name)

    def _found(self, offered: Mapping[str, Offered], name: str) -> Offered:
        found = offered.get(name)
        if found is not None:
            return found
        for refusal in self.refusals:
            if refusal.origin.name == name:
                raise refusal.error
        raise FixSettings("C102", name=name)


def _ask(point: EntryPoint, spoken: range) -> Offer | Refusal:
    """What one plugin offers. A manager of its own: a hook that raises ends nobody else's call."""
    origin = _origin(point)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(point.load(), name=origin.name)
        manager.check_pending()
        adapters, called = manager.hook.grid_adapters(), manager.hook.grid_channels()
        entries = tuple(_checked(chain.from_iterable(adapters), AdapterEntry, origin, spoken))
        channels = tuple(_checked(chain.from_iterable(called), ChannelEntry, origin, spoken))
    except FixSettings as error:
        return Refusal(origin, error)
    except (Exception, SystemExit) as error:  # foreign code: what comes out is a state that `doctor` shows
        return Refusal(origin, FixSettings("C103", name=origin.name, error=type(error).__name__))
    if entries or channels:
        return Offer(origin, entries, channels)
    return Refusal(origin, FixSettings("C112", name=origin.name))


def _checked(
    entries: Iterable[object], kind: type[Offered], origin: Origin, spoken: range
) -> Iterator[Offered]:
    for entry in entries:
        if not isinstance(entry, kind):
            raise FixSettings("C112", name=origin.name)
        if entry.interface not in spoken:
            oldest, ours = spoken[0], spoken[-1]
            raise FixSettings("C111", name=origin.name, theirs=entry.interface, oldest=oldest, ours=ours)
        yield entry


def _without_collision(answer: Offer | Refusal, earlier: Iterable[Offer]) -> Offer | Refusal:
    """`answer`, or the refusal of a plugin one of whose names is taken, also by itself."""
    if isinstance(answer, Refusal):
        return answer
    taken = {name: offer.origin.name for offer in earlier for name in offer.names}
    for name in answer.names:
        if name in taken:
            return Refusal(answer.origin, FixSettings("C113", name=answer.origin.name, other=taken[name]))
        taken[name] = answer.origin.name
    return answer


def _origin(point: EntryPoint) -> Origin:
    if point.dist is None:
        return Origin(point.name, module=point.value)
    return Origin(point.name, point.dist.name, point.dist.version, point.value)
