"""`gridplus demo`: the five systems, the hub and the departments; until Ctrl-C, or `--once` to its end."""

import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

import click

from hub.cli import output
from hub.cli.stopping import stop_event

_STARTED: Final = time.monotonic()
_LONGEST_S: Final = 170.0


@click.command()
@click.option(
    "--once", is_flag=True, help="Play a fixed seeded scenario to its end, print the account, stop."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on the last line.")
@click.option("--store", default="", help="SQLAlchemy URL of an empty store, or a demo's; default: SQLite.")
@click.option("--bus", default="embedded", help="`embedded`, or kafka://host:port.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8480,
    show_default=True,
    help="Port of the pages; the next free one if taken.",
)
@click.option("--seed", default=20260310, show_default=True, help="Seed of the scenario.")
def demo(once: bool, as_json: bool, store: str, bus: str, port: int, seed: int) -> None:
    """Simulated departments, hub and pages."""
    from hub.crew import port_near
    from hub.demo.stage import Play, Stage
    from hub.run.ground import logs

    logs.configure("warning")
    length, matters, speed = (timedelta(minutes=24), 140, 60.0) if once else (timedelta(hours=10), 900, 60.0)
    play = Play(length=length, matters=matters, speed=speed, seed=seed, is_visited=not once)
    stop = stop_event()
    with tempfile.TemporaryDirectory(prefix="gridplus-demo-") as home:
        stage = Stage(play, home=Path(home), store=store, bus=bus, port=port_near(port), started=_STARTED)
        try:
            stage.open()
            if not once:
                click.echo(f"网格+ 演示已启动: {stage.url}  (Ctrl-C 结束 / to stop)")
                stop.wait()
                return
            settled = stage.play(stop, longest_s=_LONGEST_S - (time.monotonic() - _STARTED))
            account = stage.account()
        finally:
            stage.close()
    if not as_json:
        _tell(account)
    output.figures(account)
    raise SystemExit(0 if settled and not account["canaries_leaked"] else 1)


def _tell(account: dict[str, object]) -> None:
    click.echo("\n".join(f"{name:>18}: {value}" for name, value in account.items() if name != "leaks"))
