"""A second process of the same hub, with a pack that a test has changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from hub.model import Grant
from hub.run.assembly import Assembly
from tests.instruments import HubInHand, demo_pack


@contextmanager
def restarted(hub: HubInHand, **changes: Any) -> Iterator[Assembly]:
    """The hub as it is after its pack was changed and it was started anew."""
    made = Assembly(hub.hub.settings, clock=hub.clock, pack=replace(demo_pack(), **changes))
    try:
        yield made
    finally:
        made.close()


def grants(change: Callable[[Grant], Grant | None]) -> tuple[Grant, ...]:
    """The demo's whitelist, each grant changed; None takes it away."""
    return tuple(new for one in demo_pack().grants if (new := change(one)) is not None)


def ended(field: str) -> tuple[Grant, ...]:
    """The whitelist without any grant of `field`."""
    return grants(lambda one: None if one.field == field else one)


def opened(hub: Assembly, department: str, whistle: str, purpose: str = "handle") -> dict[str, Any]:
    """What the department is shown of its whistle now."""
    return hub.opening.open(
        department, whistle, purpose=purpose, ledger=hub.ledgers.mine(), now=hub.clock.now()
    )
