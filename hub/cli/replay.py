"""`gridplus replay`: held and dead records are read again, as after a mended mapping."""

import click

from hub.cli import output


@click.command()
@click.argument("ids", nargs=-1, metavar="[RECORD…]")
@click.option("--code", default=None, help="All records with this code, for instance R401.")
@click.option("--source", default=None, help="Only of this source.")
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
def replay(ids: tuple[str, ...], code: str | None, source: str | None, store: str | None) -> None:
    """Puts records back before the intake workers; those read them with today's adapter and pack."""
    from hub.errors import FixSettings
    from hub.settings import read
    from hub.store import records
    from hub.store.engine import Store

    if not ids and not code:
        raise FixSettings("C101", name="RECORD | --code")
    opened = Store(read(store=store).store_url)
    try:
        with opened.write() as conn:
            chosen = list(ids) or records.with_code(conn, code or "", source)
            number = records.replay(conn, chosen)
    finally:
        opened.close()
    output.figures({"replayed": number})
