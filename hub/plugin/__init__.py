"""The plugin interface, version 1: what an adapter and a channel are, what they are given, and how they are offered."""

from typing import TYPE_CHECKING

from hub.leaving import reader
from hub.plugin.adapter import (
    Adapter,
    AdapterEntry,
    Admitted,
    Answer,
    Body,
    Fetches,
    Filters,
    Listed,
    Lists,
    Page,
    PeerReply,
    PeerRequest,
    Reads,
    Receipt,
    Received,
    Receives,
    Tells,
    Tends,
    Tools,
)
from hub.plugin.channel import (
    Bridge,
    CallReceipt,
    CallState,
    Channel,
    ChannelEntry,
    Connects,
    Follows,
    Letter,
    Summons,
    Writes,
)
from hub.plugin.hookspecs import PROJECT, hookimpl
from hub.plugin.simulator import Simulator, SimulatorSetup, Utterance

__all__ = [
    "PROJECT",
    "Adapter",
    "AdapterEntry",
    "Admitted",
    "Answer",
    "Body",
    "Bridge",
    "CallReceipt",
    "CallState",
    "Channel",
    "ChannelEntry",
    "Connects",
    "Fetches",
    "Filters",
    "Follows",
    "Letter",
    "Listed",
    "Lists",
    "Page",
    "PeerReply",
    "PeerRequest",
    "Reads",
    "Receipt",
    "Received",
    "Receives",
    "Simulator",
    "SimulatorSetup",
    "Summons",
    "Tells",
    "Tends",
    "Tools",
    "Utterance",
    "Writes",
    "hookimpl",
]

if not TYPE_CHECKING:  # else a misspelt name would have a type
    __getattr__ = reader(__name__)
