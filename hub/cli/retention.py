"""`gridplus retention`: what the pack's retention would let go now, and what it let go before."""

import click

from hub.cli import output


@click.command()
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Counts by month what a round would let go now; the worker `clockwork` does it.",
)
@click.option("--history", is_flag=True, help="What was let go, by day.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def retention(store: str | None, dry_run: bool, history: bool, as_json: bool) -> None:
    """How many records, reports, residents and whistles with evidence are past their time now, or were let go; changes
    nothing."""
    from dataclasses import asdict

    from hub.run.assembly import Assembly
    from hub.run.care.retiring import Retired, due_by_month
    from hub.settings import read
    from hub.store import retired

    if dry_run == history:
        raise click.UsageError("--dry-run or --history")
    hub = Assembly(read(store=store))
    try:
        with hub.store.read() as conn:
            days = retired.history(conn, 400) if history else []
            months = {} if history else due_by_month(conn, hub.pack.retention, hub.clock.now())
    finally:
        hub.close()
    if history:
        if as_json:
            output.figures({"days": [asdict(one) for one in days]})
        for one in () if as_json else days:
            click.echo(f"{one.day} {one.kind} {one.number}")
        return
    found = Retired(**{kind: sum(some.values()) for kind, some in months.items()})
    if as_json:
        output.figures({**asdict(found), "months": months})
        return
    click.echo(
        f"retention: {found.records} records, {found.reports} reports, {found.residents} residents, "
        f"evidence of {found.evidence} whistles"
    )
    for kind, some in months.items():
        for month, number in some.items():
            click.echo(f"{month} {kind} {number}")
