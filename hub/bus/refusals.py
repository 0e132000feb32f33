"""What kafka-python says when the broker refuses or is away, as errors of ours. Nothing is sent or read here."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka.errors import AuthorizationError, KafkaError, SaslAuthenticationFailedError

from hub.errors import SignInAgain, TryLater


@contextmanager
def told(account: str) -> Iterator[None]:
    """What the client raises, as the error that the workers wait for: C143 where access lists stand against
    `account`, C142 where its password does, C105 for all else."""
    try:
        yield
    except KafkaError as error:
        raise _told(error, account) from error


def _told(error: KafkaError, account: str) -> TryLater:
    if isinstance(error, SaslAuthenticationFailedError):
        return SignInAgain("C142", account=account)
    # kafka-python (3.0.12) wraps the refusal of a producer that may write nowhere into a plain KafkaError
    if isinstance(error, AuthorizationError) or "AuthorizationFailedError" in str(error):
        return TryLater("C143", account=account)
    return TryLater("C105")
