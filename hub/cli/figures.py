"""`gridplus figures`: how departments and subdistricts did in some time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import click

from hub.cli import output

_DAYS: Final = 30
_DAY = click.DateTime(formats=["%Y-%m-%d"])
_RATES: Final = ("response", "resolve", "satisfy", "joint", "returned")


@click.command()
@click.option(
    "--from", "first", type=_DAY, help="First day, by when matters were opened. Default: 30 days back."
)
@click.option("--to", "last", type=_DAY, help="Last day. Default: today.")
@click.option("--department", help="One department alone, beside the district.")
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def figures(
    first: datetime | None, last: datetime | None, department: str | None, store: str | None, as_json: bool
) -> None:
    """Three rates, on-time share and times by step, returns, joint work, adjusted by case mix; few cases are not told."""
    from hub.cli.opened import opened
    from hub.clock import day_of
    from hub.pack import load
    from hub.run.matters import figuring
    from hub.run.rooms import clock_of
    from hub.settings import read

    settings = read(store=store)
    now = clock_of(settings).now()
    end = last.date() if last else day_of(now)
    begin = first.date() if first else end - timedelta(days=_DAYS)
    if begin > end:
        raise click.BadParameter("the first day lies behind the last", param_hint="--from")
    with opened(settings.store_url) as there, there.read() as conn:
        found = figuring.count(conn, load(settings.pack), begin, end, now)
    told = figuring.told(found, None if department is None else [department])
    said = {"since": begin.isoformat(), "until": end.isoformat(), **told}
    if as_json:
        output.figures(said)
        return
    for name, row in [("district", told["district"]), *_in_order(told["departments"])]:
        click.echo(_line(name, row))


def _in_order(rows: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """By rank; who has none behind, by name."""
    last = len(rows) + 1
    return sorted(
        rows.items(),
        key=lambda pair: (pair[1]["rank"] if isinstance(pair[1]["rank"], int) else last, pair[0]),
    )


def _line(name: str, row: Mapping[str, Any]) -> str:
    rank = row["rank"] if isinstance(row["rank"], int) else "-"
    number = row["whistles"] if isinstance(row["whistles"], int) else "*"
    shares = "  ".join(f"{each} {_share(row[each])}" for each in _RATES)
    return f"{rank!s:>3}  {name:<16}{number!s:>7}  {shares}"


def _share(cell: Mapping[str, Any]) -> str:
    """In per cent; `*` where it is not told, `-` where there was nothing."""
    if "reason" in cell:
        return "   *  "
    return "   -  " if cell["share"] is None else f"{cell['share']:6.1%}"
