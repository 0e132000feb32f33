"""`gridplus plugin`: the catalogue, how each source does, pausing and resuming one, and a source to play with."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli import output, plugin_versions, plugins_own
from hub.cli.opened import assembled
from hub.cli.stopping import stop_event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.pack import Pack
    from hub.plugin import Utterance
    from hub.plugin.registry import Registry
    from hub.plugin.supervisor import Turn

_MANY = 120


@click.group()
def plugin() -> None:
    """The catalogue of plugins; how sources do; pause, resume, simulate one."""


plugin.add_command(plugins_own.new)
plugin.add_command(plugins_own.check)
plugin.add_command(plugins_own.join)
plugin.add_command(plugins_own.record)
for command in (plugin_versions.keep, plugin_versions.versions, plugin_versions.shadow, plugin_versions.use):
    plugin.add_command(command)
for command in (plugin_versions.back, plugin_versions.off, plugin_versions.on):
    plugin.add_command(command)


@plugin.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def list_(as_json: bool) -> None:
    """The installed adapters and channels, one name a line; refused plugins are told on stderr."""
    from hub.messages import text_of
    from hub.plugin.registry import Registry
    from hub.settings import read

    found = Registry.load()
    titles = {name: entry.title for name, entry in found.adapters.items()}
    titles |= {name: entry.title for name, entry in found.channels.items()}
    if as_json:
        output.figures(dict(sorted(titles.items())))
    else:
        for name in sorted(titles):
            click.echo(name)
    for refusal in found.refusals:
        click.echo(f"{refusal.origin.name}: {text_of(refusal.error, read().language).line}", err=True)
    raise SystemExit(1 if found.refusals else 0)


_STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")


@plugin.command()
@_STORE
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def states(store: str | None, as_json: bool) -> None:
    """How each source's adapter stands: source, state, code, since when, failures in a row, what is wished, and how many
    records of it have which fate."""
    from hub.jsonform import plain
    from hub.store import records, sources
    from hub.store.moments import from_us

    with assembled(store) as hub, hub.store.read() as conn:
        found, came = sources.states(conn), records.account(conn)
    told = {
        one.source: {
            "state": one.state,
            "code": one.code,
            "since": plain(from_us(one.since_us)),
            "failures": one.failures,
            "wish": one.wish,
            "records": came.get(one.source, {}),
        }
        for one in found
    }
    if as_json:
        output.figures(told)
        return
    for source, one in told.items():
        by_fate = " ".join(f"{fate} {n}" for fate, n in came.get(source, {}).items())
        heads = (str(one[name]) or "-" for name in ("state", "code", "since", "failures", "wish"))
        click.echo("\t".join([source, *heads, by_fate or "-"]))


@plugin.command()
@click.argument("source")
@_STORE
def pause(source: str, store: str | None) -> None:
    """Stops reading SOURCE and telling it answers, until it is resumed; pushes are taken all the same."""
    from hub.plugin.supervisor import Turn

    _wish(source, store, Turn.PAUSE)


@plugin.command()
@click.argument("source")
@_STORE
def resume(source: str, store: str | None) -> None:
    """Lets SOURCE go on after a pause, or after it failed and was mended."""
    from hub.plugin.supervisor import Turn

    _wish(source, store, Turn.RESUME)


def _wish(source: str, store: str | None, turn: "Turn") -> None:
    """Writes the wish; the worker that has the source follows it at its next step, wherever it runs."""
    from hub.errors import FixSettings
    from hub.store import sources

    with assembled(store) as hub:
        setup = hub.pack.sources.get(source)
        if setup is None:
            raise FixSettings("C106", id=source)
        with hub.store.write() as conn:
            sources.wish(conn, source, setup.plugin, turn, hub.clock.now())
    output.figures({"source": source, "wish": turn.value})


@plugin.command()
@click.argument("name")
@click.option("--failure", "failures", multiple=True, help="A named failure mode; may be repeated.")
@click.option("--seed", default=0, show_default=True, help="Seed of the simulator.")
@click.option("--speed", default=60.0, show_default=True, help="Scenario seconds a second.")
@click.option("--hub", "hub_url", default="", help="The hub's /in/<source> address, for systems that push.")
@click.option("--bus", default="", metavar="kafka://HOST:PORT", help="A broker, for systems that are topics.")
@click.option(
    "--place",
    default=None,
    type=click.Path(path_type=Path),
    help="Where it lives; default: a directory for now.",
)
@click.option(
    "--write",
    default=None,
    type=click.Path(path_type=Path),
    help="Also write the configuration there, for its owner alone, as the setting sources_dir reads it.",
)
def simulate(
    name: str,
    failures: tuple[str, ...],
    seed: int,
    speed: float,
    hub_url: str,
    bus: str,
    place: Path | None,
    write: Path | None,
) -> None:
    """Starts a department's system to play with, prints the configuration that reaches it; until Ctrl-C."""
    import tempfile
    from datetime import timedelta

    import hub.pack
    from hub.clock import ScenarioClock
    from hub.demo.scenario import make
    from hub.errors import FixSettings
    from hub.plugin import SimulatorSetup
    from hub.plugin.registry import Registry

    registry = Registry.load()
    make_simulator = (registry.channels.get(name) or registry.entry(name)).simulator
    if make_simulator is None:
        raise FixSettings("C102", name=name)
    pack = hub.pack.load()
    start = pack.manifest.starts_at
    scenario = make(pack, start=start, length=timedelta(hours=2), matters=300, seed=seed)
    with tempfile.TemporaryDirectory(prefix="gridplus-") as for_now:
        lives = place or Path(for_now)
        lives.mkdir(parents=True, exist_ok=True)
        if write:
            write.parent.mkdir(parents=True, exist_ok=True)
            write.unlink(missing_ok=True)  # what stands there leads to a system that has ended
        simulator = make_simulator(
            SimulatorSetup(
                clock=ScenarioClock(start, speed),
                utterances=scenario.utterances.get(name) or _said_by_anybody(registry, name, pack),
                place=lives,
                seed=seed,
                failures=failures,
                hub_url=hub_url,
                bus_url=bus,
            )
        )
        stop = stop_event()
        try:
            config = dict(simulator.start())
            if write:
                _write(write, config)
            output.figures(config)
            stop.wait()
        finally:
            simulator.stop()


def _said_by_anybody(registry: "Registry", name: str, pack: "Pack") -> "Sequence[Utterance]":
    """What a system says that the scenario does not know: a report a minute, at addresses of the district, in the manner
    of the plugin's samples."""
    import tempfile
    from datetime import timedelta

    from hub.kit.subject import Subject

    entry = registry.adapters.get(name)
    if entry is None:  # a channel says nothing by itself
        return ()
    start, addresses = pack.manifest.starts_at, pack.geography.addresses
    with tempfile.TemporaryDirectory(prefix="gridplus-") as place:
        subject = Subject(entry, Path(place))
        said = []
        for number, address in enumerate(addresses[:: max(1, len(addresses) // _MANY)], 1):
            at = start + number * timedelta(minutes=1)
            moments = {"at": at, "occurred_at": at, "reported_at": at}
            said.append(subject.says(number, lon=address.lon, lat=address.lat, address="", **moments))
        return said


def _write(file: Path, config: dict[str, Any]) -> None:
    """Whole or not at all: a hub may be reading it."""
    from hub.jsonform import dumps

    draft = file.with_suffix(".part")
    draft.touch(mode=0o600)
    draft.write_text(dumps(config), encoding="utf-8")
    draft.replace(file)
