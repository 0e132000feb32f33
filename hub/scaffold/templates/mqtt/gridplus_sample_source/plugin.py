"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gridplus_sample_source.adapter import SampleSource, SampleSourceConfig
from gridplus_sample_source.simulator import SampleSourceSystem

from hub.plugin import AdapterEntry, hookimpl

DECLARES: Final = {
    "topic": "internal",
    "payload.alarmNo": "internal",
    "payload.typeCode": "internal",
    "payload.occurTime": "internal",
    "payload.reportTime": "internal",
    "payload.updateTime": "internal",
    "payload.urgency": "internal",
    "payload.status": "internal",
    "payload.lng": "internal",
    "payload.lat": "internal",
    "payload.text": "personal",
}
"""Every field that is sent, and whom it may be shown to. Free text counts as personal: somebody may have named somebody in it."""


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `sample_source`."""
    yield AdapterEntry(
        name="sample_source",
        title="示例系统",
        config=SampleSourceConfig,
        make=SampleSource,
        simulator=SampleSourceSystem,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        cannot_tell=True,
        owner="示例系统运维组",
    )
