"""`gridplus doctor`: every silent fault with its next step; exits 1 where there is one."""

from typing import TYPE_CHECKING

import click

from hub.cli import output
from hub.errors import HubError, TryLater

if TYPE_CHECKING:  # slow to import: `--help` must not wait for it
    from hub.run.assembly import Assembly
    from hub.run.care.conservation import Side


@click.command()
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def doctor(store: str | None, as_json: bool) -> None:
    """What is silently wrong, each with its next step."""
    from hub.bus.rules import by_worker
    from hub.messages import text_of
    from hub.run.assembly import Assembly
    from hub.run.care.doctor import Doctor
    from hub.run.keys import brokers
    from hub.settings import read

    settings = read(store=store)
    hub = Assembly(settings)
    try:
        sides, unasked = sides_of(hub)
        sources, now = tuple(hub.active_sources()), hub.clock.now()
        is_anchored = settings.anchors is not None
        examined = Doctor(hub.pack, sources, now, sides, anchored=is_anchored, settings=settings.sources)
        with hub.store.read() as conn:
            found = [*unasked, *examined.findings(conn)]
        found += hub.untaken()
        found += hub.adapters.versions.exposed(sources)
        found += brokers.refusals(settings, by_worker(hub.departments))
    finally:
        hub.close()
    told = [text_of(one, settings.language) for one in found]
    if as_json:
        output.figures({"findings": [one.as_dict() for one in told]})
    else:
        for one in told:
            click.echo(one.line)
        click.echo(f"doctor: {len(told)} findings")
    raise SystemExit(1 if told else 0)


def sides_of(hub: "Assembly") -> "tuple[tuple[Side, ...], list[HubError]]":
    """What our groups have still to read; a bus that does not answer is one more finding, and hides no other."""
    from hub.run.care import conservation

    store = hub.store  # one that cannot be used ends the command
    try:
        return tuple(conservation.sides(store, hub.bus, hub.topics)), []
    except TryLater as error:
        return (), [error]
