"""`gridplus retention`: what the pack's retention would let go now."""

import click

from hub.cli import output


@click.command()
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option("--dry-run", is_flag=True, required=True, help="Counts only; the worker `clockwork` does it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def retention(store: str | None, dry_run: bool, as_json: bool) -> None:  # noqa: ARG001 there is no other way yet
    """How many records, reports, residents and whistles with evidence are past their time now; changes nothing."""
    from dataclasses import asdict

    from hub.run.assembly import Assembly
    from hub.run.care.retiring import due
    from hub.settings import read

    hub = Assembly(read(store=store))
    try:
        with hub.store.read() as conn:
            found = due(conn, hub.pack.retention, hub.clock.now())
    finally:
        hub.close()
    if as_json:
        output.figures(asdict(found))
    else:
        click.echo(
            f"retention: {found.records} records, {found.reports} reports, {found.residents} residents, "
            f"evidence of {found.evidence} whistles"
        )
