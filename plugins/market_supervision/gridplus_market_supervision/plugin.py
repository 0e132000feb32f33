"""Offers the adapter of market supervision to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_market_supervision.adapter import MarketConfig, MarketSupervision
from gridplus_market_supervision.simulator import MarketPlatform
from hub.plugin import AdapterEntry, hookimpl
from hub.plugin.declared import declared

DECLARES = declared(
    internal="letterNo provinceNo infType regTime happenTime updTime status channel categoryCode areaCode"
    " isUpdate secret accused.uscc person.callback person.anonymous"
    " complaint.categoryCode complaint.status complaint.acceptDue complaint.concludeDue"
    " report.categoryCode report.status report.secret report.verifyDue",
    personal="title content remark address accused.name accused.address person.name person.phone"
    " person.address complaint.content complaint.demand report.content",
    sensitive="person.idNo",
)
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
