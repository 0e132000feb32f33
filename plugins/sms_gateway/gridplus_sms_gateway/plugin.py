"""Offers the SMS channel to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_sms_gateway.channel import SmsGateway
from gridplus_sms_gateway.config import SmsConfig
from gridplus_sms_gateway.simulator import SmsPlatform
from hub.plugin import ChannelEntry, hookimpl

DECLARES = {
    "msg_id": "internal",
    "to": "personal",
    "content": "personal",
    "segments": "public",
}
"""The number is that of an office's duty phone, or of a resident whom a department writes to."""

ENTRY = ChannelEntry(
    name="sms_gateway",
    title="短信网关",
    config=SmsConfig,
    make=SmsGateway,
    simulator=SmsPlatform,
    samples=Path(__file__).parent / "samples",
    declares=DECLARES,
)


@hookimpl
def grid_channels() -> Iterable[ChannelEntry]:
    """One channel: `sms_gateway`."""
    yield ENTRY
