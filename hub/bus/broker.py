"""Carries topics, accounts and access lists to the broker, and says what it changed. Asked twice, it changes nothing.

Speaks as an administrator of the cluster. Imported only where Kafka is chosen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError

from hub.bus.accounts import MECHANISM, is_ours
from hub.bus.kafka import KafkaSettings
from hub.bus.refusals import told
from hub.bus.rules import Act, Kind, Rule
from hub.clock import SystemClock
from hub.errors import TryLater

_ITERATIONS: Final = 8192
"""Of PBKDF2; passwords are 256 random bits, so that more would buy nothing."""
_LOOK_AGAIN_S: Final = 0.05
_LOOKS: Final = 400
_KINDS: Final = {
    Kind.TOPIC: (ResourceType.TOPIC, ACLResourcePatternType.LITERAL),
    Kind.GROUP: (ResourceType.GROUP, ACLResourcePatternType.LITERAL),
    Kind.GROUPS: (ResourceType.GROUP, ACLResourcePatternType.PREFIXED),
}


@dataclass(frozen=True, slots=True)
class Changed:
    """How many access rules came and went."""

    given: int
    taken: int


class Broker:
    """One cluster, seen by its administrator; names are without `kafka_prefix`."""

    def __init__(self, settings: KafkaSettings) -> None:
        """Raises SignInAgain C142, TryLater C105."""
        self._prefix, self._user = settings.prefix, settings.user
        self._wall = SystemClock()
        with told(self._user):
            self._admin = KafkaAdminClient(**settings.signed_in())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._admin.close()

    def accounts(self) -> frozenset[str]:
        """Our accounts that the broker knows."""
        with told(self._user):
            users: Iterable[str] = self._admin.describe_user_scram_credentials()
        return frozenset(name for user in users if (name := self._ours(user)) is not None)

    def set_passwords(self, passwords: Mapping[str, str]) -> None:
        """From now on each account signs in with its new password, and with no other."""
        self._alter(
            [
                UserScramCredentialUpsertion(self._prefix + name, MECHANISM, password, _ITERATIONS)
                for name, password in passwords.items()
            ]
        )
        self._wait(lambda: self.accounts() >= passwords.keys())

    def remove(self, account: str) -> None:
        """Nobody signs in as `account` any more, and no rule speaks of it."""
        self._take([self._acl(rule) for rule in self.rules() if rule.account == account])
        self._alter([UserScramCredentialDeletion(self._prefix + account, MECHANISM)])
        self._wait(lambda: account not in self.accounts())

    def rules(self) -> frozenset[Rule]:
        """Our rules that hold on the broker now."""
        return frozenset(rule for acl in self._acls() if (rule := self._rule(acl)) is not None)

    def keep(self, rules: frozenset[Rule]) -> Changed:
        """The accounts that `rules` speak of may do what stands there, and nothing else."""
        speaks_of = {rule.account for rule in rules}
        held = [acl for acl in self._acls() if self._name(acl) in speaks_of]
        wanted = [self._acl(rule) for rule in rules]
        given = [acl for acl in wanted if acl not in held]
        taken = [acl for acl in held if acl not in wanted]
        self._give(given)
        self._take(taken)
        self._wait(lambda: {rule for rule in self.rules() if rule.account in speaks_of} == rules)
        return Changed(len(given), len(taken))

    def _acls(self) -> Sequence[ACL]:
        any_ = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
        with told(self._user):
            found: Sequence[ACL]
            found, _ = self._admin.describe_acls(
                ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, any_)
            )
        return found

    def _give(self, acls: Sequence[ACL]) -> None:
        if acls:
            with told(self._user):
                _all_well(self._admin.create_acls(acls)["failed"])

    def _take(self, acls: Sequence[ACL]) -> None:
        if acls:
            with told(self._user):
                _all_well(error for _, _, error in self._admin.delete_acls(acls) if error.errno)

    def _alter(self, alterations: Sequence[Any]) -> None:
        if alterations:
            with told(self._user):
                said = self._admin.alter_user_scram_credentials(alterations)
            if any(said.values()):
                raise TryLater("C143", account=self._user)

    def _wait(self, holds: Callable[[], bool]) -> None:
        """Until the broker itself knows what its controller has taken: who asks again at once must not be told of
        before. Raises TryLater C105 where that takes longer than any broker needs."""
        for _ in range(_LOOKS):
            if holds():
                return
            self._wall.pause(_LOOK_AGAIN_S)
        raise TryLater("C105")

    def _acl(self, rule: Rule) -> ACL:
        kind, pattern = _KINDS[rule.kind]
        return ACL(
            f"User:{self._prefix}{rule.account}",
            "*",
            ACLOperation[rule.act.value],
            ACLPermissionType.ALLOW,
            ResourcePattern(kind, self._prefix + rule.name, pattern),
        )

    def _rule(self, acl: ACL) -> Rule | None:
        """The rule that an access list's line is; None for a line that is none of ours, or that we would not write."""
        name = self._name(acl)
        for kind in Kind:
            for act in Act:
                rule = Rule(
                    name, act, kind, str(acl.resource_pattern.resource_name).removeprefix(self._prefix)
                )
                if name and self._acl(rule) == acl:
                    return rule
        return None

    def _name(self, acl: ACL) -> str:
        return self._ours(str(acl.principal).removeprefix("User:")) or ""

    def _ours(self, user: str) -> str | None:
        name = user.removeprefix(self._prefix)
        return name if user.startswith(self._prefix) and is_ours(name) else None


def _all_well(failed: Iterable[Callable[[], KafkaError]]) -> None:
    for kind in failed:
        raise kind()
