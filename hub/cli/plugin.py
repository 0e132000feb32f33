"""`gridplus plugin list` and `plugin simulate`."""

import threading

import click

from hub.cli import output


@click.group()
def plugin() -> None:
    """The catalogue of plugins; check and simulate one."""


@plugin.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def list_(as_json: bool) -> None:
    """The installed adapters, one name a line; refused plugins are told on stderr."""
    from hub.messages import text_of
    from hub.plugin.registry import Registry
    from hub.settings import read

    found = Registry.load()
    if as_json:
        output.figures({name: entry.title for name, entry in sorted(found.adapters.items())})
    else:
        for name in sorted(found.adapters):
            click.echo(name)
    for refusal in found.refusals:
        click.echo(f"{refusal.origin.name}: {text_of(refusal.error, read().language).line}", err=True)
    raise SystemExit(1 if found.refusals else 0)


@plugin.command()
@click.argument("name")
@click.option("--failure", "failures", multiple=True, help="A named failure mode; may be repeated.")
@click.option("--seed", default=0, show_default=True, help="Seed of the simulator.")
@click.option("--speed", default=60.0, show_default=True, help="Scenario seconds a second.")
@click.option("--hub", "hub_url", default="", help="The hub's /in/<source> address, for systems that push.")
def simulate(name: str, failures: tuple[str, ...], seed: int, speed: float, hub_url: str) -> None:
    """Starts a department's system to play with, prints the configuration that reaches it; until Ctrl-C."""
    import tempfile
    from datetime import timedelta
    from pathlib import Path

    import hub.pack
    from hub.clock import ScenarioClock
    from hub.demo.scenario import make
    from hub.errors import FixSettings
    from hub.plugin import SimulatorSetup
    from hub.plugin.registry import Registry

    entry = Registry.load().entry(name)
    if entry.simulator is None:
        raise FixSettings("C102", name=name)
    pack = hub.pack.load()
    start = pack.manifest.starts_at
    scenario = make(pack, start=start, length=timedelta(hours=2), matters=300, seed=seed)
    with tempfile.TemporaryDirectory(prefix="gridplus-") as place:
        simulator = entry.simulator(
            SimulatorSetup(
                clock=ScenarioClock(start, speed),
                utterances=scenario.utterances.get(name, ()),
                place=Path(place),
                seed=seed,
                failures=failures,
                hub_url=hub_url,
            )
        )
        try:
            output.figures(dict(simulator.start()))
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("", err=True)
        finally:
            simulator.stop()
