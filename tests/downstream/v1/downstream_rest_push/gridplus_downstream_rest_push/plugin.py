"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gridplus_downstream_rest_push.adapter import DownstreamRestPush, DownstreamRestPushConfig
from gridplus_downstream_rest_push.simulator import DownstreamRestPushSystem
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
    """One adapter: `downstream_rest_push`."""
    yield AdapterEntry(
        name="downstream_rest_push",
        title="示例系统",
        config=DownstreamRestPushConfig,
        make=DownstreamRestPush,
        simulator=DownstreamRestPushSystem,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        cannot_tell=True,
        owner="示例系统运维组",
    )
