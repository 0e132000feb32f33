"""`gridplus backup` and `gridplus restore`: a copy of everything, keys apart, and back into an empty place."""

from dataclasses import asdict
from pathlib import Path

import click

from hub.cli import output

_KEYS = click.option(
    "--keys", "keys", required=True, type=click.Path(path_type=Path), help="The keys' file, apart from DIR."
)
_STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@_KEYS
@_STORE
def backup(directory: Path, keys: Path, store: str | None) -> None:
    """Copies store and adapters' state to the new directory DIR and the keys to a file of their own."""
    from importlib.metadata import version

    from hub.jsonform import plain
    from hub.run.assembly import Assembly
    from hub.run.care import backup as copying
    from hub.settings import read

    settings = read(store=store)
    hub = Assembly(settings)
    try:
        pack = hub.pack.manifest
        origin = copying.Origin(
            hub=version("gridplus-hub"),
            made_at=plain(hub.clock.now()),
            bus=hub.bus.identity(),
            pack=f"{pack.id} {pack.version}",
        )
        told = copying.backup(
            hub.store, settings.home, settings.keys_file, into=directory, keys_into=keys, origin=origin
        )
    finally:
        hub.close()
    output.figures(asdict(told))


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@_KEYS
@_STORE
def restore(directory: Path, keys: Path, store: str | None) -> None:
    """Brings the copy in DIR to an empty store and home, and proves it: digests, counts, keys, audit."""
    from hub.bus import embedded
    from hub.run.assembly import Assembly
    from hub.run.care import backup as copying
    from hub.settings import read

    settings = read(store=store)
    hub = Assembly(settings)  # its store is not touched before the copy stands there
    try:
        bus = hub.bus.identity() if settings.bus != embedded.NAME else embedded.NAME
    finally:
        hub.close()
    told = copying.restore(
        directory,
        keys,
        store_url=settings.store_url,
        home=settings.home,
        keys_into=settings.keys_file,
        bus=bus,
    )
    output.figures({"restored": told.counts, "same_bus": told.bus == bus})
