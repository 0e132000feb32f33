"""`gridplus plugin new`, `check`, `join` and `record`: writing a plugin of one's own, holding it to what the hub relies on,
putting it into a pack, and samples from its real system.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli import output
from hub.cli.opened import assembled
from hub.scaffold import TRANSPORTS

if TYPE_CHECKING:
    from hub.kit.report import Report
    from hub.plugin import AdapterEntry

_LONGEST = 40
_MARKS = {"passed": "✓", "failed": "✗", "not_applicable": "·", "skipped": "-"}


@click.command()
@click.argument("name")
@click.option("--transport", required=True, help=f"How its system is reached: {', '.join(TRANSPORTS)}.")
@click.option(
    "--title", default="新接系统", show_default=True, help="What people call the system, in Chinese."
)
@click.option(
    "--into", default=".", type=click.Path(path_type=Path, file_okay=False), help="Where to write it."
)
@click.option("--no-check", is_flag=True, help="Only write it.")
def new(name: str, transport: str, title: str, into: Path, no_check: bool) -> None:
    """Writes the distribution gridplus-NAME, checks it, and says what to edit first."""
    from hub import scaffold

    made = scaffold.write(name, transport, into, title)
    click.echo(f"{made}")
    if not no_check and not _green(made, name):
        raise SystemExit(1)
    package = made / f"gridplus_{name}"
    click.echo(f"1. {package / 'adapter.py'}: normalise — which field of yours is which of ours")
    click.echo(f"2. {package / 'plugin.py'}: DECLARES — whom each field may be shown to")
    click.echo(f"3. {package / 'samples'}: one record as your system sends it, and what it means")
    click.echo(f"pip install -e {made} && gridplus plugin check {name}")


def _green(made: Path, name: str) -> bool:
    """Runs the kit on it, as its own tests do, in a process that finds it where it lies."""
    import os
    import subprocess
    import sys

    path = os.pathsep.join([str(made), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    code = f"from hub.cli.plugins_own import check_at; check_at({str(made)!r}, {name!r})"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, check=False)
    return done.returncode == 0


def check_at(made: str, name: str) -> None:
    """The kit on a plugin that is not installed: its entry point stands in its pyproject."""
    import tomllib
    from importlib.metadata import EntryPoint

    from hub.plugin.registry import Registry

    project = tomllib.loads((Path(made) / "pyproject.toml").read_text("utf-8"))["project"]
    points = [
        EntryPoint(key, value, "gridplus") for key, value in project["entry-points"]["gridplus"].items()
    ]
    raise SystemExit(_told(_run(Registry.load(points).entry(name)), as_json=False))


@click.command()
@click.argument("name")
@click.option(
    "--pack",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The pack; see gridplus pack copy.",
)
@click.option("--source", default="", help="What the source is called there; default: as the plugin.")
@click.option(
    "--means",
    multiple=True,
    metavar="CODE=CATEGORY",
    help="What a code of its table means here; may be repeated.",
)
def join(name: str, pack: Path, source: str, means: tuple[str, ...]) -> None:
    """Puts a source of the plugin NAME into a pack, and says what is still wrong with it."""
    from tempfile import TemporaryDirectory

    import hub.pack
    from hub.errors import FixSettings
    from hub.kit.subject import Subject
    from hub.plugin.registry import Registry
    from hub.scaffold.joining import Joining
    from hub.scaffold.joining import join as put
    from hub.settings import read

    if not all(one.partition("=")[2] for one in means):
        raise FixSettings("C101", name="--means")
    entry = Registry.load().entry(name)
    with TemporaryDirectory(prefix="gridplus-") as place:
        table = Subject(entry, Path(place)).manner.code_table
    one = Joining(
        source=source or name,
        plugin=name,
        title=entry.title,
        table=table or name,
        means=dict(each.split("=", 1) for each in means),
    )
    for file in put(pack, one):
        click.echo(str(file))
    found = hub.pack.check(pack)
    output.findings(found, read().language)
    raise SystemExit(1 if found else 0)


@click.command()
@click.argument("source")
@click.option(
    "--into", required=True, type=click.Path(path_type=Path, file_okay=False), help="Where samples go."
)
@click.option("--most", default=10, show_default=True, type=click.IntRange(1, 99), help="Records at most.")
@click.option(
    "--wait", "for_s", default=60.0, show_default=True, help="Seconds to wait for a source that sends."
)
def record(source: str, into: Path, most: int, for_s: float) -> None:
    """Writes samples from the real system of SOURCE that may be committed: what is not declared public or internal, and all
    free text, is made up. Reads from its beginning; where that is too little and it also sends, prints the address to
    which it can send, and waits."""
    from contextlib import closing

    from hub.errors import FixSettings
    from hub.kit import recording
    from hub.plugin import Reads, Receives
    from hub.plugin.door import Door
    from hub.run.assembly import Assembly
    from hub.settings import read

    hub = Assembly(read())
    try:
        if source not in hub.pack.sources:
            raise FixSettings("C106", id=source)
        entry = hub.adapters.entry(source)
        with hub.adapters.lent(source) as adapter:
            if not isinstance(adapter, Reads | Receives):
                raise FixSettings("C194", name=entry.name)
            bodies = list(recording.read(adapter, most))
            if len(bodies) < most and isinstance(adapter, Receives):
                with closing(Door(adapter)) as door:
                    click.echo(door.url, err=True)
                    bodies += recording.heard(door, most - len(bodies), for_s=for_s)
            done = recording.write(entry, adapter, bodies, into, hub.clock)
    finally:
        hub.close()
    output.figures({"written": done.written, "left_out": done.left_out})
    raise SystemExit(0 if done.written else 1)


@click.command()
@click.argument("name")
@click.option("--only", multiple=True, help="Only this check; may be repeated.")
@click.option("--trace", is_flag=True, help="Where a plugin crashes, also the traceback, on stderr.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also writes the report as a page.",
)
@click.option(
    "--bus", default="", metavar="kafka://HOST:PORT", help="A broker to play a system on that is a topic."
)
@click.option("--note", is_flag=True, help="The level stands in the catalogue from now on.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(
    name: str, only: tuple[str, ...], trace: bool, page: Path | None, bus: str, note: bool, as_json: bool
) -> None:
    """Runs the conformance kit on the installed plugin NAME; exit 0 only where no check fails."""
    from hub.errors import FixSettings
    from hub.kit import check_names
    from hub.plugin.registry import Registry

    unknown = sorted({*only} - {*check_names()})
    if unknown:
        raise FixSettings("C197", name=unknown[0][:_LONGEST])
    registry = Registry.load()
    if name in registry.channels:
        raise FixSettings("C198", name=name)
    report = _run(registry.entry(name), only, trace=trace, bus=bus)
    if page is not None:
        page.write_text(report.as_page(), "utf-8")
    if note:
        _note(name, str(report.reached or "none"), registry.origin(name).version)
    raise SystemExit(_told(report, as_json=as_json))


def _note(name: str, level: str, version: str) -> None:
    from hub.run.care.plugincatalogue import note_level

    with assembled() as hub, hub.store.write() as conn:
        note_level(conn, name, level, version, hub.clock.now())


def _run(
    entry: "AdapterEntry", only: tuple[str, ...] = (), *, trace: bool = False, bus: str = ""
) -> "Report":
    import traceback
    from tempfile import TemporaryDirectory

    from hub.kit import check_names, checked
    from hub.kit.report import Report
    from hub.kit.still_used import files_of, still_used

    results = []
    for name in only or check_names():
        with TemporaryDirectory(prefix="gridplus-") as place:
            how = {"crashed": traceback.print_exception} if trace else {}
            results.append(checked(entry, name, Path(place), bus_url=bus, **how))
    return Report(entry, results, still_used(files_of(entry)))


def _told(report: "Report", *, as_json: bool) -> int:
    if as_json:
        output.figures(report.as_json())
    else:
        for one in report.results:
            click.echo(f"{_MARKS[one.verdict]} {one.seconds:6.2f}s {one.line}")
        for told in report.still_used:
            click.echo(f"! {told}")
        click.echo(report.line)
    return 0 if all(one.passed for one in report.results) else 1
