"""All hooks of the hub, each with its one line of meaning. Registration only, never per record."""

from collections.abc import Iterable
from typing import Final

import pluggy

from hub.plugin.adapter import AdapterEntry
from hub.plugin.channel import ChannelEntry

PROJECT: Final = "gridplus"
"""pluggy project name, and the entry-point group in which distributions offer plugins."""

hookspec: Final = pluggy.HookspecMarker(PROJECT)
hookimpl: Final = pluggy.HookimplMarker(PROJECT)


@hookspec
def grid_adapters() -> Iterable[AdapterEntry]:  # type: ignore[empty-body]
    """The adapters of this distribution. Asked once, at load; opens no connection."""


@hookspec
def grid_channels() -> Iterable[ChannelEntry]:  # type: ignore[empty-body]
    """The channels of this distribution, by which somebody on call is reached. Asked once, at load; opens no connection."""
