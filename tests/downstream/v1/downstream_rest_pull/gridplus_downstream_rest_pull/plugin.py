"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gridplus_downstream_rest_pull.adapter import DownstreamRestPull, DownstreamRestPullConfig
from gridplus_downstream_rest_pull.simulator import DownstreamRestPullSystem

from hub.plugin import AdapterEntry, hookimpl

DECLARES: Final = {
    "eventNo": "internal",
    "otherNo": "internal",
    "typeCode": "internal",
    "occurTime": "internal",
    "reportTime": "internal",
    "updateTime": "internal",
    "urgency": "internal",
    "status": "internal",
    "lng": "internal",
    "lat": "internal",
    "areaCode": "internal",
    "title": "personal",
    "content": "personal",
    "address": "personal",
    "reporterName": "personal",
    "reporterPhone": "personal",
}
"""Every field that is sent, and whom it may be shown to. Free text counts as personal: people name each other in it."""


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `downstream_rest_pull`."""
    yield AdapterEntry(
        name="downstream_rest_pull",
        title="示例系统",
        config=DownstreamRestPullConfig,
        make=DownstreamRestPull,
        simulator=DownstreamRestPullSystem,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        owner="示例系统运维组",
    )
