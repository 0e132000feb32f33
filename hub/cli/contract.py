"""`gridplus contract check` and `contract diff`. Without an argument `check` takes the demo pack."""

from pathlib import Path

import click

from hub.cli import output


@click.group()
def contract() -> None:
    """Check a pack's contracts and compare their versions."""


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
@click.argument("before", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("after", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def diff(before: Path, after: Path) -> None:
    """What AFTER changes for its department against BEFORE; exits 1 where something breaks."""
    from hub.contract.diff import Direction
    from hub.contract.diff import diff as compare
    from hub.contract.load import parse
    from hub.settings import read

    read_ = []
    for file in (before, after):
        parsed = parse(output.text_of(file), file.name)
        if isinstance(parsed, tuple):
            output.findings(parsed, read().language)
            raise SystemExit(2)
        read_.append(parsed)
    changes = compare(*read_)
    for one in changes:
        click.echo(f"{one.direction.value}: {one.part} {one.name}: {one.before or '-'} → {one.after or '-'}")
    click.echo(f"changes={len(changes)}")
    raise SystemExit(1 if any(one.direction is Direction.BREAKS for one in changes) else 0)
