"""`gridplus reconcile`: both sides of every border beside each other; exits 1 where they differ."""

from typing import TYPE_CHECKING

import click

from hub.cli import output
from hub.errors import HubError

if TYPE_CHECKING:  # slow to import: `--help` must not wait for it
    from hub.reconcile.result import DepartmentSide, Reconciled, SourceSide
    from hub.settings import Settings


@click.command()
@click.option("--days", default=2, show_default=True, type=click.IntRange(1, 366), help="How far back.")
@click.option("--repair", is_flag=True, help="Put back on its way what needs no person.")
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option("--bus", default=None, help="`embedded`, or kafka://host:port, as the workers have it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def reconcile(days: int, repair: bool, store: str | None, bus: str | None, as_json: bool) -> None:
    """Compares what sources and departments have with what is stored; run it each night.

    Every difference has an owner and a next step. With --repair, missing reports are fetched again, answers told again
    and deliveries queued again; nothing else is ever changed. `gridplus doctor` names what was left.
    """
    from hub.run.assembly import Assembly
    from hub.run.reconciling import reconcile as compare
    from hub.settings import read

    settings = read(store=store, bus=bus)
    hub = Assembly(settings)
    try:
        found = compare(hub, days=days, repair=repair)
    finally:
        hub.close()
    if as_json:
        output.figures(found.as_json())
    else:
        _tell(found, settings)
    raise SystemExit(1 if found.left or found.bus else 0)


def _tell(found: "Reconciled", settings: "Settings") -> None:
    from hub.messages import text_of

    for source in found.sources:
        listed = source.unasked if source.listed is None else f"listed={source.listed} both={source.both}"
        click.echo(f"{source.source}: {listed} arrived={source.arrived}")
        _differences(source, settings)
    for department in found.departments:
        if department.told or department.differences:
            click.echo(f"{department.department}: told={department.told} known={department.known}")
            _differences(department, settings)
    if found.bus:
        click.echo(text_of(HubError(found.bus, account="", name=""), settings.language).line)
    click.echo(f"reconcile: {found.left} differences left")


def _differences(side: "SourceSide | DepartmentSide", settings: "Settings") -> None:
    from hub.messages import text_of
    from hub.reconcile.difference import CODES, NAMED

    for one in side.differences:
        error = HubError(CODES[one.kind], name=one.name, count=one.count)
        mended = f" repaired={one.repaired}" if one.repaired else ""
        click.echo(f"  {text_of(error, settings.language).line} [{one.owner}]{mended}")
        click.echo(f"    {' '.join(one.ids[:NAMED])}")
