"""`gridplus import FILE --map MAP`: back-fill from CSV, JSON Lines or Excel."""

from pathlib import Path

import click

from hub.cli import output


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--map", "map_", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML: the column map of the file_import plugin.",
)  # fmt: skip
@click.option("--source", default="file_import", show_default=True, help="Name of the source in the hub.")
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
def import_(file: Path, map_: Path, source: str, store: str | None) -> None:
    """Back-fill from files; starts no clock and no whistle."""
    import yaml

    from hub.errors import FixSettings
    from hub.run.assembly import Assembly
    from hub.run.importing import Import, adapter_for
    from hub.run.settling import settle
    from hub.settings import read

    columns = yaml.safe_load(output.text_of(map_))
    if not isinstance(columns, dict):
        raise FixSettings("C101", name="--map")
    hub = Assembly(read(store=store))
    try:
        adapter = adapter_for(hub, source, file, columns)
        stored = Import(hub, source, adapter).run()
        settle(hub, {source: adapter})
        account = hub.account()
    finally:
        hub.close()
    output.figures({"stored": stored, **account})
