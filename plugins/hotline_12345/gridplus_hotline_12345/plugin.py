"""Offers the hotline's adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_hotline_12345.adapter import Hotline12345, HotlineConfig
from gridplus_hotline_12345.simulator import HotlineSystem
from hub.plugin import AdapterEntry, hookimpl
from hub.plugin.declared import declared

DECLARES = declared(
    internal="orderNo platformNo opType requestType categoryCode categoryName areaCode gridCode coordType lng lat"
    " channel urgency status isSecret isAnonymous needCallback satisfaction callbackResult accusedCode"
    " occurTime callTime updateTime cityAssignTime cityDeadline districtAssignTime districtDeadline"
    " items.itemNo items.categoryCode items.lng items.lat",
    personal="title content remark address accusedName callerName callerPhone callerAddress"
    " items.title items.content items.address attachments.url attachments.name",
    sensitive="callerIdNo",
)
"""Free text counts as personal: callers name themselves and others in it (N31)."""


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `hotline_12345`."""
    yield AdapterEntry(
        name="hotline_12345",
        title="政务服务便民热线 12345",
        config=HotlineConfig,
        make=Hotline12345,
        simulator=HotlineSystem,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        owner="12345 热线对接组",
    )
