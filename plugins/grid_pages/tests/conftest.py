"""The adapter of the hub's own pages; there is no platform behind it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import orjson
import pytest
from gridplus_grid_pages.adapter import GridPages
from gridplus_grid_pages.config import GridPagesConfig

from hub.clock import FixedClock
from hub.model import Arrival, Draft
from hub.plugin import Body, Tools

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def adapter() -> GridPages:
    """One of them."""
    tools = Tools(
        source="grid_pages",
        clock=FixedClock(NOON),
        http=partial(httpx.Client),
        nonce=lambda: "0" * 32,
    )
    return GridPages(GridPagesConfig(), tools)


@pytest.fixture
def read(adapter: GridPages) -> Callable[..., Draft]:
    """A record's fields → its draft."""

    def of(**fields: Any) -> Draft:
        told = {"number": "WG00000000000000A1", "category": "public_utility.rain_cover", "words": "井盖松动"}
        (draft,) = adapter.normalise(Body(orjson.dumps(told | fields), "report"), Arrival(NOON, "report"))
        assert isinstance(draft, Draft)
        return draft

    return of
