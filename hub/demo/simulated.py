"""One department to test against: it comes to a hub that runs, by the channel of its contract, and behaves by a manner."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx

from hub.bus import Bus
from hub.bus.accounts import of_department
from hub.bus.embedded import EmbeddedBus
from hub.bus.rules import groups
from hub.bus.topics import whistles
from hub.demo.departments import Departments, WebhookDepartment
from hub.demo.manners import MANNERS
from hub.errors import FixSettings, Refused
from hub.model import Channel, Contract
from hub.run.keys import brokers
from hub.settings import Settings
from hub.store import migrate
from hub.store.engine import Store

_ASKING_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who is played, where, and how. `secret` and `port`: of its own listener, where the channel is a webhook."""

    contract: Contract
    channel: Channel
    url: str
    key: str
    manner: str = "well"
    seed: int = 0
    secret: str = ""
    port: int = 0


@contextmanager
def playing(order: Order, settings: Settings) -> Iterator[tuple[Departments, str]]:
    """The department at work while the block runs, and where it listens itself, "" where it does not.

    Raises FixSettings C171 where no hub answers, Refused P109 where it does not know the key, and what `settings`
    raise where the bus is not reached by them.
    """
    name = str(order.contract.department)
    _knock(order)
    pullers = (name,) if order.channel is Channel.PULL else ()
    system = Departments(
        order.url,
        {name: order.key},
        pullers,
        order.seed,
        manner=MANNERS[order.manner],
        contracts=[order.contract],
    )
    with _listener(order, system) as listens_at, _bus(order, settings) as bus:
        group = f"{groups(name)}simulate"
        consumer = bus.consumer(group, [whistles(name)], lambda _group: {}) if bus else None
        system.start(consumer)
        try:
            yield system, listens_at
        finally:
            system.stop()


def _knock(order: Order) -> None:
    """Asks once: a department that is refused would else be a department that is silent."""
    try:
        answer = httpx.get(
            f"{order.url.rstrip('/')}/departments/me/contracts",
            headers={"authorization": f"Bearer {order.key}"},
            timeout=_ASKING_S,
        )
    except (httpx.HTTPError, httpx.InvalidURL):
        raise FixSettings("C171", url=order.url) from None
    if answer.status_code == 401:
        raise Refused("P109")
    if not answer.is_success:
        raise FixSettings("C171", url=order.url)


@contextmanager
def _listener(order: Order, system: Departments) -> Iterator[str]:
    if order.channel is not Channel.WEBHOOK:
        yield ""
        return
    if not order.secret:
        raise FixSettings("C101", name="--secret")
    try:
        listener = WebhookDepartment(system, order.secret, order.port)
    except OSError:
        raise FixSettings("C107") from None
    listener.start()
    try:
        yield listener.url
    finally:
        listener.stop()


@contextmanager
def _bus(order: Order, settings: Settings) -> Iterator[Bus | None]:
    """The bus that carries this department's topic, as its own account where the settings know its password."""
    if order.channel is not Channel.KAFKA:
        yield None
        return
    store: Store | None = None
    if not brokers.check_address(settings):
        store = Store(settings.store_url)
        migrate.up(store)
    bus: Bus = EmbeddedBus(store) if store else _kafka(order, settings)
    try:
        yield bus
    finally:
        bus.close()
        if store:
            store.close()


def _kafka(order: Order, settings: Settings) -> Any:
    from hub.bus.kafka import KafkaBus  # slow to import, and not needed on the embedded bus

    account = of_department(order.contract.department) if settings.kafka_accounts else ""
    return KafkaBus(brokers.settings_of(settings, account))
