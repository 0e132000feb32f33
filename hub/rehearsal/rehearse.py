"""A rehearsal from beginning to end: one verdict for each check that there is."""

import secrets
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from hub.errors import FixSettings
from hub.model import Contract
from hub.pack import Pack
from hub.rehearsal.acts import ACTS, Act
from hub.rehearsal.checks import CHECKS, PULL_ONLY, WEBHOOK_ONLY, Outcome, Verdict
from hub.rehearsal.journal import Kind
from hub.rehearsal.script import script_of
from hub.rehearsal.stand import Gone, Hook, Patience, Stand, standing

_GRACE_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whose consumer, and how it is reached. `command`: starts it, with GRIDPLUS_URL and GRIDPLUS_KEY in its
    environment."""

    contract: Contract
    host: str = "127.0.0.1"
    port: int = 0
    key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    hook: Hook | None = None
    command: str = ""
    patience: Patience = field(default_factory=Patience)


@contextmanager
def rehearsal(
    order: Order,
    pack: Pack,
    schemas: Mapping[str, Mapping[str, Any]],
    place: Path,
    environment: Mapping[str, str],
) -> Iterator[tuple[str, Iterator[Verdict]]]:
    """Where the consumer finds its hub, and the verdicts as they come. Raises FixSettings C107, C108, K222."""
    script = script_of(pack, order.contract, schemas)
    with (
        standing(
            script,
            place,
            key=order.key,
            host=order.host,
            port=order.port,
            patience=order.patience,
            hook=order.hook,
        ) as (stand, url),
        _started(order, {**environment, "GRIDPLUS_URL": url, "GRIDPLUS_KEY": order.key}),
    ):
        yield url, verdicts(stand)


def verdicts(stand: Stand, acts: Sequence[Act] = ACTS) -> Iterator[Verdict]:
    """One for each check of this channel, in the order in which they end."""
    left = set(CHECKS) - (PULL_ONLY if stand.hook else WEBHOOK_ONLY)
    for one in _played(stand, acts):
        if one.check in left:
            left.remove(one.check)
            yield one
    yield from (Verdict(name, Outcome.UNSEEN) for name in CHECKS if name in left)


def _played(stand: Stand, acts: Sequence[Act]) -> Iterator[Verdict]:
    is_there = stand.is_reached if stand.hook else partial(_has_come, stand)
    came = stand.journal.wait(is_there, stand.patience.longest_s)
    if stand.hook is None:
        yield Verdict("comes", Outcome.PASS if came else Outcome.FAIL)
    elif not came:
        yield Verdict("answers_in_time", Outcome.FAIL)
    if not came:
        return
    for act in acts:
        try:
            yield from act(stand)
        except Gone:
            yield Verdict("stays_alive", Outcome.FAIL, act.__name__)
            return
        finally:
            stand.clear()


def _has_come(stand: Stand) -> bool:
    return any(one.status == 200 for one in stand.journal.since(0, Kind.FETCH))


@contextmanager
def _started(order: Order, environment: Mapping[str, str]) -> Iterator[None]:
    """The consumer that the order starts, ended with the block; none where it starts none."""
    if not order.command:
        yield
        return
    try:
        process = subprocess.Popen(
            shlex.split(order.command), env=dict(environment), stdin=subprocess.DEVNULL
        )
    except (OSError, ValueError):
        raise FixSettings("C108", what=order.command) from None
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
