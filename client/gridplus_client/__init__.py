"""What a department's software needs to work with the Grid+ hub (网格+). Kafka: `gridplus_client.kafka`."""

from gridplus_client import moves, webhook
from gridplus_client.aio import AsyncHub
from gridplus_client.answers import Answered, Contact, Evidence, Measure, Opened, Picture, Pictures, State
from gridplus_client.calls import Retry, nonce_of
from gridplus_client.errors import (
    ClientError,
    KeyRefused,
    NotFromTheHub,
    NotOpen,
    NotThere,
    Refused,
    Unavailable,
)
from gridplus_client.hub import Hub
from gridplus_client.inbox import AsyncInbox, Inbox
from gridplus_client.messages import CalledAgain, CalledOff, Message, Other, Whistle
from gridplus_client.seen import Seen, SqliteSeen

__all__ = [
    "Answered",
    "AsyncHub",
    "AsyncInbox",
    "CalledAgain",
    "CalledOff",
    "ClientError",
    "Contact",
    "Evidence",
    "Hub",
    "Inbox",
    "KeyRefused",
    "Measure",
    "Message",
    "NotFromTheHub",
    "NotOpen",
    "NotThere",
    "Opened",
    "Other",
    "Picture",
    "Pictures",
    "Refused",
    "Retry",
    "Seen",
    "SqliteSeen",
    "State",
    "Unavailable",
    "Whistle",
    "moves",
    "nonce_of",
    "webhook",
]
