"""`gridplus pack check` and `pack coverage`. Without an argument both take the demo pack."""

from pathlib import Path

import click

from hub.cli import output


@click.group()
def pack() -> None:
    """Check a pack; find gaps and overlaps of its contracts."""


_PATH = click.argument("path", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@pack.command()
@_PATH
@_JSON
def check(path: Path | None, as_json: bool) -> None:
    """Everything that is wrong with a pack, at once: file, line, what, next step."""
    import hub.pack
    from hub.settings import read

    found = hub.pack.check(path)
    if as_json:
        output.figures({"findings": [{"where": f.where, "code": f.code} for f in found]})
    else:
        output.findings(found, read().language)
        if not found:
            click.echo("pack: 0 findings")
    raise SystemExit(1 if found else 0)


@pack.command()
@click.argument("into", type=click.Path(path_type=Path))
def copy(into: Path) -> None:
    """Writes a copy of the demo pack, to be made into one's own; nothing is overwritten."""
    import shutil

    from hub.errors import FixSettings
    from hub.pack.locate_pack import locate_pack

    if into.exists():
        raise FixSettings("C192", path=str(into))
    shutil.copytree(locate_pack(None), into, ignore=shutil.ignore_patterns("__pycache__"))
    click.echo(str(into))


@pack.command()
@_PATH
@_JSON
def coverage(path: Path | None, as_json: bool) -> None:
    """Proves that every category in every area has exactly one lead; names gaps and overlaps."""
    import hub.pack
    from hub.clock import day_of
    from hub.contract.coverage import coverage as cover
    from hub.run.rooms import clock_of
    from hub.settings import read

    loaded, settings = hub.pack.load(path), read()
    day = day_of(clock_of(settings).now()) if path else day_of(loaded.manifest.starts_at)
    report = cover(loaded.contracts, loaded.taxonomy.categories, loaded.areas.values(), day)
    figures = {
        "day": report.day,
        "contracts": report.contracts,
        "cells": report.cells,
        "covered": report.covered,
        "gaps": len(report.gaps),
        "overlaps": len(report.overlaps),
        "idle": len(report.idle),
    }
    if as_json:
        output.figures(figures)
    else:
        output.findings(report.findings(), settings.language)
        click.echo(" ".join(f"{name}={value}" for name, value in figures.items()))
    raise SystemExit(0 if report.is_clean else 1)
