"""`gridplus plugin keep`, `versions`, `shadow`, `use`, `back`, `off` and `on`: another version of one plugin while the rest
runs, and what it would change before it does.
"""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli import output
from hub.cli.opened import assembled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.plugin import Adapter
    from hub.run.assembly import Assembly
    from hub.store.choices import Choice

_STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")
_INSTALLED = "installed"


@click.command()
@click.argument("wheel", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def keep(wheel: Path) -> None:
    """Puts the version that WHEEL holds onto this machine's shelf; nothing uses it yet."""
    from hub.plugin.apart import offered
    from hub.plugin.shelf import Shelf
    from hub.settings import read

    settings = read()
    adapters: list[str] = []
    kept = Shelf(settings.home).put(
        wheel, lambda one: adapters.extend(sorted(offered(one, settings.plugin_user)))
    )
    output.figures({"plugin": kept.distribution, "version": kept.version, "adapters": adapters})


@click.command()
@_STORE
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def versions(store: str | None, as_json: bool) -> None:
    """Of each plugin: the installed version, those on this machine's shelf, which one is used, and whether it is on."""
    from hub.plugin.shelf import Shelf
    from hub.store import choices

    with assembled(store) as hub:
        shelf, origins = Shelf(hub.settings.home), [offer.origin for offer in hub.registry.offers]
        with hub.store.read() as conn:
            chosen = choices.all_(conn)
    found = {
        one.distribution: {
            _INSTALLED: one.version,
            "kept": [kept.version for kept in shelf.versions(one.distribution)],
            **_told(chosen.get(one.distribution, choices.USUAL)),
        }
        for one in origins
    }
    if as_json:
        output.figures(found)
        return
    for name, said in sorted(found.items()):
        kept = " ".join(map(str, said["kept"])) or "-"
        click.echo("\t".join([name, str(said[_INSTALLED]), kept, str(said["used"]), str(said["state"])]))


@click.command()
@click.argument("plugin")
@click.argument("version")
@_STORE
def use(plugin: str, version: str, store: str | None) -> None:
    """From now on PLUGIN runs in VERSION of the shelf, or as `installed`; its sources go on where they are.

    It is refused where the version does not begin with the settings of one of its sources.
    """
    wanted = "" if version == _INSTALLED else version
    with assembled(store) as hub:
        for source in _sources(hub, plugin):
            hub.adapters.beside(source, wanted).close()
        hub.adapters.versions.code(plugin, wanted)
        _choose(hub, plugin, wanted)


@click.command()
@click.argument("plugin")
@_STORE
def back(plugin: str, store: str | None) -> None:
    """PLUGIN runs again in the version that it had before the last `use`."""
    from hub.errors import Refused
    from hub.store import choices

    with assembled(store) as hub:
        with hub.store.read() as conn:
            known = choices.all_(conn).get(_distribution(hub, plugin), choices.USUAL)
        if known.before is None:
            raise Refused("C123", name=plugin)
        _choose(hub, plugin, known.before)


@click.command()
@click.argument("plugin")
@_STORE
def off(plugin: str, store: str | None) -> None:
    """Turns PLUGIN off: its sources are neither read nor told, pushes are asked to come again; their position is kept."""
    _turn(plugin, store, is_on=False)


@click.command()
@click.argument("plugin")
@_STORE
def on(plugin: str, store: str | None) -> None:
    """Turns PLUGIN on again; its sources go on where they were."""
    _turn(plugin, store, is_on=True)


@click.command()
@click.argument("source")
@click.argument("version")
@click.option(
    "--last", default=1000, show_default=True, help="Records that are compared at first, newest last."
)
@click.option("--follow", is_flag=True, help="Goes on with what comes, until Ctrl-C.")
@_STORE
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def shadow(source: str, version: str, last: int, follow: bool, store: str | None, as_json: bool) -> None:
    """What VERSION would make of the stored records of SOURCE in place of the version that is used; exit 1 where that
    differs. Nothing is changed, and only fields are named."""
    from hub.cli.stopping import stop_event
    from hub.errors import FixSettings
    from hub.run.sources.shadowing import Shadow

    with assembled(store) as hub:
        if source not in hub.settings.sources:
            raise FixSettings("C106", id=source)
        beside = Shadow(hub.store, hub.vault, source, most=last)
        with _adapters(hub, source, "" if version == _INSTALLED else version) as (mine, other):
            beside.look(mine, other)
            stop = stop_event()
            while follow and not stop.wait(1.0):
                beside.look(mine, other)
    found = beside.found
    if as_json:
        output.figures({"records": found.records, "alike": found.alike, "differences": found.told})
    else:
        click.echo(f"{found.alike} of {found.records} records alike")
        for name, number in found.differences.most_common():
            click.echo(f"{name}\t{number}\t{' '.join(found.examples[name])}")
    raise SystemExit(1 if found.differences else 0)


@contextmanager
def _adapters(hub: "Assembly", source: str, version: str) -> "Iterator[tuple[Adapter, Adapter]]":
    """The adapter that is used, and the one of that version; neither of them is the one that works."""
    used = hub.adapters.versions.choice(source).version
    mine = hub.adapters.beside(source, used)
    try:
        other = hub.adapters.beside(source, version)
        try:
            yield mine, other
        finally:
            other.close()
    finally:
        mine.close()


def _sources(hub: "Assembly", plugin: str) -> list[str]:
    """Sources of all adapters of the plugin's distribution, as far as the settings configure them here."""
    names = next(offer.names for offer in hub.registry.offers if plugin in offer.names)
    return [one for one in hub.active_sources() if hub.pack.sources[one].plugin in names]


def _distribution(hub: "Assembly", plugin: str) -> str:
    return hub.registry.origin(plugin).distribution


def _choose(hub: "Assembly", plugin: str, version: str) -> None:
    from hub.store import choices

    distribution = _distribution(hub, plugin)
    with hub.store.write() as conn:
        chosen = choices.use(conn, distribution, version, hub.clock.now())
    output.figures({"plugin": distribution, **_told(chosen)})


def _turn(plugin: str, store: str | None, *, is_on: bool) -> None:
    from hub.store import choices

    with assembled(store) as hub:
        distribution = _distribution(hub, plugin)
        with hub.store.write() as conn:
            chosen = choices.turn(conn, distribution, hub.clock.now(), is_on=is_on)
    output.figures({"plugin": distribution, **_told(chosen)})


def _told(one: "Choice") -> dict[str, str]:
    said = {"used": one.version or _INSTALLED, "state": "on" if one.is_on else "off"}
    return said if one.before is None else {**said, "before": one.before or _INSTALLED}
