"""`gridplus replay`: held and dead records are read again, refused whistles sent again, once the cause is mended."""

import click

from hub.cli import output
from hub.cli.opened import opened


@click.command()
@click.argument("ids", nargs=-1, metavar="[RECORD…]")
@click.option("--code", default=None, help="All records with this code, for instance R401.")
@click.option("--source", default=None, help="Only of this source.")
@click.option("--webhook", default=None, metavar="DEPARTMENT", help="Whistles that its webhook refused.")
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
def replay(
    ids: tuple[str, ...], code: str | None, source: str | None, webhook: str | None, store: str | None
) -> None:
    """Puts records back before the intake workers; those read them with today's adapter and pack.

    With --webhook: puts the whistles that a department's webhook refused back on their way.
    """
    from hub.errors import FixSettings
    from hub.run.rooms import clock_of
    from hub.settings import read
    from hub.store import deliveries, records

    if not (ids or code or webhook) or (webhook and (ids or code)):
        raise FixSettings("C101", name="RECORD | --code | --webhook")
    settings = read(store=store)
    with opened(settings.store_url) as there, there.write() as conn:
        if webhook:
            output.figures({"sent_again": deliveries.send_again(conn, webhook, clock_of(settings).now())})
        else:
            chosen = list(ids) or records.with_code(conn, code or "", source)
            output.figures({"replayed": records.replay(conn, chosen)})
