"""Offers the adapter of market supervision to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_market_supervision.adapter import MarketSupervision
from gridplus_market_supervision.config import MarketConfig
from gridplus_market_supervision.simulator import MarketPlatform
from hub.plugin import AdapterEntry, hookimpl

DECLARES = {
    "letterNo": "internal",
    "provinceNo": "internal",
    "infType": "internal",
    "regTime": "internal",
    "happenTime": "internal",
    "updTime": "internal",
    "status": "internal",
    "channel": "internal",
    "categoryCode": "internal",
    "areaCode": "internal",
    "isUpdate": "internal",
    "secret": "internal",
    "title": "personal",
    "content": "personal",
    "remark": "personal",
    "address": "personal",
    "accused.name": "personal",
    "accused.uscc": "internal",
    "accused.address": "personal",
    "person.name": "personal",
    "person.phone": "personal",
    "person.idNo": "sensitive",
    "person.address": "personal",
    "person.callback": "internal",
    "person.anonymous": "internal",
    "complaint.content": "personal",
    "complaint.demand": "personal",
    "complaint.categoryCode": "internal",
    "complaint.status": "internal",
    "complaint.acceptDue": "internal",
    "complaint.concludeDue": "internal",
    "report.content": "personal",
    "report.categoryCode": "internal",
    "report.status": "internal",
    "report.secret": "internal",
    "report.verifyDue": "internal",
}
"""Free text counts as personal; a shop's name often is its owner's."""


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `market_supervision`."""
    yield AdapterEntry(
        name="market_supervision",
        title="市场监管 12315",
        config=MarketConfig,
        make=MarketSupervision,
        simulator=MarketPlatform,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        owner="市场监管对接组",
    )
