"""`gridplus bench`: seeded reports through the whole journey, with its cost by stage."""

import click

from hub.cli import output


@click.command()
@click.option(
    "--events", type=click.IntRange(min=1), default=5_000, show_default=True, help="About how many reports."
)
@click.option("--store", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--bus", type=click.Choice(["embedded", "kafka"]), default="embedded", show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="So many processes (postgresql and kafka); 0: one process plays every worker.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Offer so many events a second for 60 s and tell the latency; --events does not count then.",
)
@click.option("--seed", default=20260310, show_default=True, help="Seed of the reports.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on the last line.")
def bench(
    events: int, store: str, bus: str, workers: int, rate: float | None, seed: int, as_json: bool
) -> None:
    """Speed of the whole journey, by stage."""
    from hub.demo.bench import Order, run
    from hub.run import logs

    logs.configure("warning")
    figures = run(Order(events=events, store=store, bus=bus, seed=seed, rate=rate, workers=workers))
    if not as_json:
        for name, value in figures.items():
            click.echo(f"{name:>18}: {value}")
    output.figures(figures)
