"""`gridplus contract check`, `diff` and `replay`. Without an argument `check` takes the demo pack."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli import output
from hub.jsonform import plain

if TYPE_CHECKING:  # the model is slow to import: `--help` must not wait for it
    from hub.model import Contract


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
