"""`gridplus bench`: seeded reports through the whole journey, with its cost by stage."""

from pathlib import Path
from typing import Any

import click

from hub.cli import output
from hub.cli.opened import assembled


@click.command()
@click.option(
    "--events", type=click.IntRange(min=1), default=5_000, show_default=True, help="About how many reports."
)
@click.option("--store", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--bus", type=click.Choice(["embedded", "kafka"]), default="embedded", show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(0),
    default=None,
    help="So many processes (postgresql and kafka); 0: one process plays every worker. "
    "Without it: 2 on servers, else 0.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Offer so many events a second for 60 s and tell the latency; --events does not count then.",
)
@click.option(
    "--preload",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Measure again with so many incidents stored, one of ten open.",
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    default=None,
    help="Write a flame graph of the one process to this file, as collapsed stacks.",
)
@click.option(
    "--plans",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    default=None,
    help="Write the database's plan of every statement to this file (one process).",
)
@click.option(
    "--lifecycle",
    is_flag=True,
    help="Whole lives, on Kafka and PostgreSQL: --events of them, from the call to the archive; --preload whistles.",
)
@click.option(
    "--adapters",
    is_flag=True,
    help="What one record costs each installed adapter, from bytes to a validated event; nothing else is measured. "
    "With --bus kafka also those that read topics.",
)
@click.option(
    "--note", is_flag=True, help="With --adapters: what it costs stands in the catalogue from now on."
)
@click.option("--seed", default=20260310, show_default=True, help="Seed of the reports.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on the last line.")
def bench(
    events: int,
    store: str,
    bus: str,
    workers: int | None,
    rate: float | None,
    preload: int,
    profile: Path | None,
    plans: Path | None,
    lifecycle: bool,
    adapters: bool,
    note: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Speed of the whole journey, by stage."""
    from hub.demo.bench import WORKERS, Order, run
    from hub.run.ground import logs

    logs.configure("warning")
    if adapters:
        figures = _adapters(on_kafka=bus == "kafka")
        if note:
            _note(figures)
        _tell(figures, as_json)
        return
    if lifecycle:
        from hub.demo import lives

        _tell(lives.run(events, seed=seed, preload=preload), as_json)
        return
    if workers is None:
        on_servers = (store, bus) == ("postgresql", "kafka") and not (profile or plans)
        workers = WORKERS if on_servers else 0
    order = Order(
        events=events,
        store=store,
        bus=bus,
        seed=seed,
        rate=rate,
        workers=workers,
        preload=preload,
        profile=profile,
        plans=plans,
    )
    _tell(run(order), as_json)


def _note(figures: dict[str, Any]) -> None:
    from hub.run.care.plugincatalogue import note_cost

    with assembled() as hub, hub.store.write() as conn:
        for name, one in figures.items():
            if "event_us" in one:
                note_cost(conn, name, one["event_us"], hub.registry.origin(name).version, hub.clock.now())


def _tell(figures: dict[str, Any], as_json: bool) -> None:
    if not as_json:
        for name, value in figures.items():
            click.echo(f"{name:>18}: {value}")
    output.figures(figures)


def _adapters(*, on_kafka: bool) -> dict[str, Any]:
    """Adapter → microseconds a record, or why it has no figure. `on_kafka`: a broker is started for those that need one."""
    from contextlib import ExitStack
    from dataclasses import asdict
    from tempfile import TemporaryDirectory

    from hub.kit.costing import cost
    from hub.kit.outcome import Failed, NotApplicable
    from hub.plugin.registry import Registry
    from hub.run import servers

    figures: dict[str, Any] = {}
    with ExitStack() as stack:
        bus_url = ""
        if on_kafka:
            home = Path(stack.enter_context(TemporaryDirectory(prefix="gridplus-")))
            bus_url = f"kafka://{stack.enter_context(servers.kafka(home / 'kafka')).address}"
        for name, entry in sorted(Registry.load().adapters.items()):
            with TemporaryDirectory(prefix="gridplus-") as place:
                try:
                    figures[name] = asdict(cost(entry, Path(place), bus_url=bus_url))
                except (Failed, NotApplicable) as error:
                    figures[name] = {"unmeasured": error.said}
    return figures
