"""`gridplus audit`: who saw what, and whether what is written of it is whole."""

import click

from hub.cli import output


@click.group()
def audit() -> None:
    """The chain of looks at data."""


@audit.command()
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verify(store: str | None, as_json: bool) -> None:
    """Computes every chain anew; names the first break and exits with 1 where there is one."""
    from dataclasses import asdict

    from hub.access.keyring import load_keys
    from hub.messages import text_of
    from hub.run.exits.auditing import Whole, broken, examine_by
    from hub.run.keys.keyfile import check_keys
    from hub.settings import read
    from hub.store import migrate
    from hub.store.engine import Store

    settings = read(store=store)
    ring = load_keys(settings.keys_file)
    opened = Store(settings.store_url)
    try:
        migrate.up(opened)
        check_keys(opened, ring)
        with opened.read() as conn:
            found = examine_by(conn, ring)
    finally:
        opened.close()
    if isinstance(found, Whole):
        told = f"audit: {found.chains} chains, {found.blocks} blocks, {found.rows} rows, all whole"
    else:
        told = text_of(broken(found), settings.language).line
    if as_json:
        output.figures({"whole": isinstance(found, Whole), **asdict(found)})
    else:
        click.echo(told)
    raise SystemExit(0 if isinstance(found, Whole) else 1)
