"""Offers the hotline's adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_hotline_12345.adapter import Hotline12345
from gridplus_hotline_12345.config import HotlineConfig
from gridplus_hotline_12345.simulator import HotlineSystem
from hub.plugin import AdapterEntry, hookimpl

DECLARES = {
    "orderNo": "internal",
    "platformNo": "internal",
    "opType": "internal",
    "requestType": "internal",
    "categoryCode": "internal",
    "categoryName": "internal",
    "areaCode": "internal",
    "gridCode": "internal",
    "coordType": "internal",
    "lng": "internal",
    "lat": "internal",
    "channel": "internal",
    "urgency": "internal",
    "status": "internal",
    "isSecret": "internal",
    "isAnonymous": "internal",
    "needCallback": "internal",
    "satisfaction": "internal",
    "callbackResult": "internal",
    "occurTime": "internal",
    "callTime": "internal",
    "updateTime": "internal",
    "cityAssignTime": "internal",
    "cityDeadline": "internal",
    "districtAssignTime": "internal",
    "districtDeadline": "internal",
    "items.itemNo": "internal",
    "items.categoryCode": "internal",
    "items.lng": "internal",
    "items.lat": "internal",
    "title": "personal",
    "content": "personal",
    "remark": "personal",
    "address": "personal",
    "accusedName": "personal",
    "accusedCode": "internal",
    "callerName": "personal",
    "callerPhone": "personal",
    "callerIdNo": "sensitive",
    "callerAddress": "personal",
    "items.title": "personal",
    "items.content": "personal",
    "items.address": "personal",
    "attachments.url": "personal",
    "attachments.name": "personal",
}
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
