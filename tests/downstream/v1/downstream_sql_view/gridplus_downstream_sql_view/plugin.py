"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gridplus_downstream_sql_view.adapter import DownstreamSqlView, DownstreamSqlViewConfig
from gridplus_downstream_sql_view.simulator import DownstreamSqlViewSystem

from hub.plugin import AdapterEntry, hookimpl

DECLARES: Final = {
    "event_no": "internal",
    "other_no": "internal",
    "type_code": "internal",
    "occur_time": "internal",
    "report_time": "internal",
    "urgency": "internal",
    "status": "internal",
    "lng": "internal",
    "lat": "internal",
    "area_code": "internal",
    "title": "personal",
    "content": "personal",
    "address": "personal",
    "reporter_name": "personal",
    "reporter_phone": "personal",
}
"""Every column that is read, and whom it may be shown to. Free text counts as personal: people name each other in it."""


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `downstream_sql_view`."""
    yield AdapterEntry(
        name="downstream_sql_view",
        title="示例系统",
        config=DownstreamSqlViewConfig,
        make=DownstreamSqlView,
        simulator=DownstreamSqlViewSystem,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        cannot_tell=True,
        owner="示例系统运维组",
    )
