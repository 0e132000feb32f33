"""Offers the adapter of the hub's own pages."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_grid_pages.adapter import GridPages
from gridplus_grid_pages.config import GridPagesConfig
from hub.plugin import AdapterEntry, hookimpl

DECLARES = {
    "number": "internal",
    "by.account": "personal",
    "by.organisation": "internal",
    "area": "internal",
    "reportedAt": "internal",
    "occurredAt": "internal",
    "category": "internal",
    "request": "internal",
    "urgency": "internal",
    "channel": "internal",
    "secret": "internal",
    "words": "personal",
    "address": "personal",
    "point.lon": "internal",
    "point.lat": "internal",
    "point.accuracyM": "internal",
    "requester.name": "personal",
    "requester.phone": "personal",
    "requester.callback": "internal",
    "photos": "personal",
}
"""Free text counts as personal; so does a photo."""


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `grid_pages`, for as many sources as there are pages. It needs no simulator: a browser is one."""
    yield AdapterEntry(
        name="grid_pages",
        title="网格员上报与人工录入",
        config=GridPagesConfig,
        make=GridPages,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        skips={"simulator": "its pages are the hub's own: a browser is all there is to simulate"},
        owner="网格平台运维组",
    )
