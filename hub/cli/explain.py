"""`gridplus explain ID`: why here, why linked, why this department, why these fields."""

from typing import Any

import click

from hub.cli import output
from hub.cli.opened import opened


@click.command()
@click.argument("id_", metavar="ID")
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def explain(id_: str, store: str | None, as_json: bool) -> None:
    """Why an event, incident, whistle or record is as it is."""
    from hub.run.exits import explaining
    from hub.settings import read

    with opened(read(store=store).store_url) as there, there.read() as conn:
        answer = explaining.explain(conn, id_)
    if as_json:
        output.figures(answer)
    else:
        _tell(answer, 0)


def _tell(value: Any, depth: int) -> None:
    """Indented lines: one fact a line."""
    pad = "  " * depth
    for name, inner in value.items():
        if isinstance(inner, dict):
            click.echo(f"{pad}{name}:")
            _tell(inner, depth + 1)
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            click.echo(f"{pad}{name}:")
            for one in inner:
                click.echo(f"{pad}  -")
                _tell(one, depth + 2)
        else:
            click.echo(f"{pad}{name}: {inner}")
