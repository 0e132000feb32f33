"""`gridplus contract check`, `diff` and `replay`. Without an argument `check` takes the demo pack."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli import output
from hub.jsonform import plain

if TYPE_CHECKING:  # the model is slow to import: `--help` must not wait for it
    from datetime import date

    from hub.model import Contract
    from hub.run.matters.rerouting import Rerouted


@click.group()
def contract() -> None:
    """Check a pack's contracts; what a change breaks, and what it would have moved."""


@contract.command()
@click.argument("path", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(path: Path | None, as_json: bool) -> None:
    """Runs every contract's own examples through routing."""
    import hub.pack
    from hub.contract.check import check as check_examples
    from hub.settings import read

    loaded = hub.pack.load(path)
    texts = {one.file: (loaded.root / one.file).read_text(encoding="utf-8") for one in loaded.contracts}
    checked = check_examples(loaded.contracts, loaded.areas, texts)
    figures = {
        "contracts": checked.contracts,
        "examples": checked.examples,
        "findings": len(checked.findings),
    }
    if as_json:
        output.figures(figures)
    else:
        output.findings(checked.findings, read().language)
        click.echo(" ".join(f"{name}={value}" for name, value in figures.items()))
    raise SystemExit(1 if checked.findings else 0)


@contract.command()
@click.argument("before", type=click.Path(path_type=Path, exists=True))
@click.argument("after", type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def diff(before: Path, after: Path, as_json: bool) -> None:
    """What AFTER changes for its department against BEFORE; exits 1 where something breaks.

    Both are contract files, or both are whole packs: then every department that is touched is told.
    """
    from hub.access.masks import strictness
    from hub.contract.packs import compare

    found = compare(_contracts(before), _contracts(after), strictness)
    if as_json:
        output.figures({"departments": [{**plain(one), "breaks": one.breaks} for one in found]})
    else:
        for one in found:
            since = f" from {one.valid_from}" if one.valid_from else ""
            click.echo(f"{one.department}: {one.before or '-'} → {one.after or '-'}{since}")
            for each in one.changes:
                values = f"{each.before or '-'} → {each.after or '-'}"
                click.echo(f"  {each.direction.value}: {each.part} {each.name}: {values}")
        click.echo(f"departments={len(found)} changes={sum(len(one.changes) for one in found)}")
    raise SystemExit(1 if any(one.breaks for one in found) else 0)


def _contracts(path: Path) -> "Sequence[Contract]":
    """The contract in a file, or those of a pack; what is wrong with it is printed, and ends the command with 2."""
    import hub.pack
    from hub.contract.load import parse
    from hub.model import Contract
    from hub.settings import read

    if path.is_dir():
        return hub.pack.load(path).contracts
    parsed = parse(output.text_of(path), path.name)
    if not isinstance(parsed, Contract):
        output.findings(parsed, read().language)
        raise SystemExit(2)
    return (parsed,)


@contract.command()
@click.option(
    "--pack",
    "path",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The pack whose contracts are to hold.",
)
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 3660), help="How far back.")
@click.option("--on", "on", default=None, metavar="YYYY-MM-DD", help="The day whose contracts are asked.")
@click.option(
    "--cases", default=50, show_default=True, type=click.IntRange(0), help="Matters told one by one."
)
@click.option(
    "--fail-above",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="So many may move or lose their lead before the command exits with 1.",
)
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def replay(
    path: Path, days: int, on: str | None, cases: int, fail_above: int, store: str | None, as_json: bool
) -> None:
    """The stored matters of the last days under the contracts of another pack; nothing is written or sent.

    Tells which would have another lead, or none, and whose deadlines would move. By default those contracts are asked
    that hold once all of the pack do.
    """
    from datetime import timedelta

    import hub.pack
    from hub.cli.opened import opened
    from hub.run.matters.rerouting import day_for, reroute
    from hub.run.rooms import clock_of
    from hub.settings import read

    settings = read(store=store)
    loaded, now = hub.pack.load(path), clock_of(settings).now()
    day = _day(on) if on else day_for(loaded.contracts, now)
    with opened(settings.store_url) as there:
        found = reroute(there, loaded, since=now - timedelta(days=days), day=day, keep=cases)
    if as_json:
        output.figures(found.as_json())
    else:
        _tell(found)
    raise SystemExit(1 if found.moved > fail_above else 0)


def _day(text: str) -> "date":
    from datetime import date

    from hub.errors import FixSettings

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FixSettings("C101", name="--on") from None


def _tell(found: "Rerouted") -> None:
    """For people: whole movements first, then matters one by one, then the account."""
    from hub.clock import SHANGHAI
    from hub.contract.replay import Effect

    for (before, after), number in found.moves.most_common():
        click.echo(f"{number} of {found.looked} would move from {before or 'nobody'} to {after or 'nobody'}")
    for case in found.cases:
        sides = [f"{one.department} {one.clause}" if one else "nobody" for one in (case.before, case.after)]
        why = ", ".join(reason.rule for reason in case.why)
        effects = " ".join(one.value for one in case.effects)
        click.echo(f"{case.incident_id}  {effects}: {sides[0]} → {sides[1]} ({why})")
        for one in case.shifts:
            moments = [
                each.astimezone(SHANGHAI).isoformat() if each else "-" for each in (one.before, one.after)
            ]
            click.echo(f"  {one.department} {one.step}: {moments[0]} → {moments[1]}")
    if found.left_out:
        click.echo(f"and {found.left_out} more (--cases)")
    figures = " ".join(f"{one.value}={found.effects[one]}" for one in Effect)
    click.echo(f"day={found.day} looked={found.looked} {figures} drifted={found.drifted}")
