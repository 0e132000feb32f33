"""Every way out of the hub, by name, and the output that a grant must allow for it.

A new exit gets its row here first: audit rows name the exit, and a projection made for another output
does not leave through it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hub.errors import Bug
from hub.model import Output


class Exit(StrEnum):
    """Where something leaves the hub."""

    TOPIC_EVENT = "topic_event"
    TOPIC_INCIDENT = "topic_incident"
    TOPIC_WHISTLE = "topic_whistle"
    TOPIC_DEADLETTER = "topic_deadletter"
    HTTP_WHISTLE = "http_whistle"
    """A department opens a whistle's reference."""
    HTTP_ATTACHMENT = "http_attachment"
    """A department lists or opens the files of a whistle that a person released."""
    HTTP_CARD = "http_card"
    """A department lists its own cards."""
    HTTP_MEASURE = "http_measure"
    """A department lists what it has to answer for."""
    HTTP_PULL = "http_pull"
    HTTP_SEARCH = "http_search"
    HTTP_STREAM = "http_stream"
    WEBHOOK = "webhook"
    SUMMONS = "summons"
    """A duty phone is called through a gateway: an SMS lies there as in a topic."""
    CONTACT = "contact"
    """A resident is written to or called for a department, which sees no number."""
    WRITEBACK = "writeback"
    """A source is answered in its own words."""
    PAGE = "page"
    MAP = "map"
    STATISTICS = "statistics"
    EXPORT = "export"
    DOSSIER = "dossier"
    PRINT = "print"
    CLI = "cli"
    LOG = "log"
    METRICS = "metrics"
    ERROR = "error"


OUTPUTS: Final[Mapping[Exit, Output | None]] = MappingProxyType(
    {
        Exit.TOPIC_EVENT: Output.STREAM,
        Exit.TOPIC_INCIDENT: Output.STREAM,
        Exit.TOPIC_WHISTLE: Output.STREAM,
        Exit.TOPIC_DEADLETTER: None,
        Exit.HTTP_WHISTLE: Output.API,
        Exit.HTTP_ATTACHMENT: Output.API,
        Exit.HTTP_CARD: Output.API,
        Exit.HTTP_MEASURE: Output.API,
        Exit.HTTP_PULL: Output.API,
        Exit.HTTP_SEARCH: Output.VIEW,
        Exit.HTTP_STREAM: Output.VIEW,
        Exit.WEBHOOK: Output.STREAM,  # like a topic, it cannot be taken back
        Exit.SUMMONS: Output.STREAM,
        Exit.CONTACT: None,  # the number goes to the gateway; to the department goes no field
        Exit.WRITEBACK: Output.STREAM,
        Exit.PAGE: Output.VIEW,
        Exit.MAP: Output.MAP,
        Exit.STATISTICS: Output.STAT,
        Exit.EXPORT: Output.EXPORT,
        Exit.DOSSIER: Output.EXPORT,
        Exit.PRINT: Output.PRINT,
        Exit.CLI: Output.VIEW,
        Exit.LOG: None,
        Exit.METRICS: None,
        Exit.ERROR: None,
    }
)
"""The output under which a field may leave through an exit; None: no field ever does, only ids and codes."""


def check_exit(exit_: Exit, output: Output) -> None:
    """Returns when what was projected for `output` may leave through `exit_`; raises Bug A108 otherwise."""
    if OUTPUTS[exit_] is not output:
        raise Bug("A108", exit=exit_.value, output=output.value)
