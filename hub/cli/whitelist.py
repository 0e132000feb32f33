"""`gridplus whitelist`: reports about the field whitelist; what changes it is `gridplus grants`."""

import click

from hub.cli import output
from hub.cli.supervising import STORE, hub_of

_DAYS = 90


@click.group()
def whitelist() -> None:
    """Reports about the field whitelist."""


@whitelist.command()
@click.option(
    "--days",
    default=_DAYS,
    show_default=True,
    type=click.IntRange(1, 3660),
    help="So many days back, today among them.",
)
@STORE
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def unused(days: int, store: str | None, as_json: bool) -> None:
    """Live grants under which nothing was read or sent in the last days, by the audit: their age, last use, who approved.
    End one with `gridplus grants end`."""
    with hub_of(store) as hub:
        found = hub.uses.unused(days=days, now=hub.clock.now())
    rows = [
        {
            "id": one.stands.grant.id,
            "department": one.stands.grant.department,
            "field": one.stands.grant.field,
            "purpose": one.stands.grant.purpose,
            "age_days": one.age_days,
            "is_young": one.is_young,
            "last_use": one.last_on.isoformat() if one.last_on else None,
            "last_on": one.stands.last_on.isoformat(),
            "approved_by": list(one.stands.grant.approved_by),
        }
        for one in found.rows
    ]
    if as_json:
        output.figures({"since": found.since.isoformat(), "live": found.live, "unused": rows})
        return
    for row in rows:
        young = "  younger than that" if row["is_young"] else ""
        click.echo(
            f"{row['department']}  {row['field']}  {row['purpose']}  {row['age_days']} days old  "
            f"last used {row['last_use'] or 'never'}  {row['id']}{young}"
        )
    click.echo(f"{len(rows)} of {found.live} live grants unused since {found.since}")
