"""Offers the voice channel to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_voice_gateway.channel import VoiceGateway
from gridplus_voice_gateway.config import VoiceConfig
from gridplus_voice_gateway.simulator import VoicePlatform
from hub.plugin import ChannelEntry, hookimpl

DECLARES = {
    "call_id": "internal",
    "from": "internal",
    "to": "personal",
    "say": "internal",
    "keys": "public",
    "ring_s": "public",
    "repeats": "public",
}
"""The number is that of an office's duty phone, or of a resident who is connected with one."""

ENTRY = ChannelEntry(
    name="voice_gateway",
    title="语音网关",
    config=VoiceConfig,
    make=VoiceGateway,
    simulator=VoicePlatform,
    samples=Path(__file__).parent / "samples",
    declares=DECLARES,
)


@hookimpl
def grid_channels() -> Iterable[ChannelEntry]:
    """One channel: `voice_gateway`."""
    yield ENTRY
