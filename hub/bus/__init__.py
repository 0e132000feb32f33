"""The event bus: a few methods, kept by two kinds of bus. Choosing one is configuration.

Messages are written to the outbox (`hub.store.outbox`) in the transaction of their effects. On the
embedded bus the outbox table *is* the log; on Kafka the relay carries it over.
"""

from hub.bus.message import Bus, Consumer, Delivered, Fenced, Message

__all__ = ["Bus", "Consumer", "Delivered", "Fenced", "Message"]
