"""Asks the broker, as an account, what that account may do. Reads and writes no message."""

from collections.abc import Iterable
from contextlib import closing
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import GroupAuthorizationFailedError, GroupIdNotFoundError

from hub.bus.kafka import KafkaSettings
from hub.bus.refusals import told
from hub.bus.rules import Kind, Rule


def refused(settings: KafkaSettings, wanted: Iterable[Rule]) -> list[Rule]:
    """Those of `wanted` that the broker does not allow whom `settings` sign in as, in order; a topic that is not there
    is refused too. Raises SignInAgain C142, TryLater C105."""
    with told(settings.user), closing(KafkaAdminClient(**settings.signed_in())) as admin:
        return [rule for rule in sorted(wanted) if not _allowed(admin, settings.prefix, rule)]


def _allowed(admin: Any, prefix: str, rule: Rule) -> bool:
    name = prefix + rule.name
    if rule.kind is Kind.TOPIC:
        (topic,) = admin.describe_topics([name])
        return rule.act.value in (topic["authorized_operations"] or ())
    try:
        admin.describe_groups([name])
    except GroupAuthorizationFailedError:
        return False
    except GroupIdNotFoundError:  # nobody has joined it yet
        return True
    return True
