"""The plugin interface, version 1: what an adapter is, what it is given, and how it is offered."""

from hub.plugin.adapter import (
    Adapter,
    AdapterEntry,
    Admitted,
    Answer,
    Body,
    Filters,
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
from hub.plugin.hookspecs import PROJECT, hookimpl
from hub.plugin.simulator import Simulator, SimulatorSetup, Utterance

__all__ = [
    "PROJECT",
    "Adapter",
    "AdapterEntry",
    "Admitted",
    "Answer",
    "Body",
    "Filters",
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
    "Tells",
    "Tends",
    "Tools",
    "Utterance",
    "hookimpl",
]
