"""`gridplus measure`: quality of our decisions, on real data and on the demo's own truth, beside simple methods."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from hub.cli import output
from hub.errors import FixSettings, HubError, Refused

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Promise:
    """What a measure must reach: `figure` at least `least`, or that much more than the figure `beside`."""

    figure: str
    least: float
    beside: str = ""

    def margin(self, figures: Figures) -> float:
        """How much more than promised; below zero where the promise is broken."""
        return figures[self.figure] - figures.get(self.beside, 0.0) - self.least


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: where its code is, the folder of its data ("" for none), and what it promises."""

    module: str
    data: str = ""
    promises: tuple[Promise, ...] = ()

    def run(self, data: Path) -> Figures:
        """Its figures; raises OSError where its data is absent."""
        measure: Callable[..., Figures] = import_module(self.module).measure
        if not self.data:
            return measure()
        if not (data / self.data).is_dir():
            raise FileNotFoundError
        return measure(data)


_MORE: Final = (Promise("ours_f1", 0.05, "simple_f1"),)
MEASURES: Final[Mapping[str, Measure]] = {
    "address_pairs": Measure("hub.run.measure.address_pairs", "address_pairs", _MORE),
    "chicago_links": Measure("hub.run.measure.chicago_links", "chicago311", _MORE),
    "petitions": Measure("hub.run.measure.petitions", "petitions", (Promise("ours_f1", 0.0, "simple_f1"),)),
    "chicago_beats": Measure("hub.run.measure.chicago_beats", "chicago311", (Promise("share", 0.96),)),
    "chicago_import": Measure(
        "hub.run.measure.chicago_import",
        "chicago311",
        (Promise("in_beat", 0.96), Promise("ended", 1.0)),
    ),
    "pingshan": Measure("hub.run.measure.pingshan", "pingshan", (Promise("ended", 1.0),)),
    "lingang": Measure("hub.run.measure.lingang", "lingang"),
    "demo_truth": Measure(
        "hub.demo.truth", promises=(Promise("precision", 0.98), Promise("recall_asked", 0.97))
    ),
}
"""Name → measure, in the order in which all are run. The margins are those of `docs/measured.md`."""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(MEASURES)), metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on the last line.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="GRIDPLUS_DATA",
    help="Folder of the real data; default: GRIDPLUS_DATA, else ../shared/data beside the checkout.",
)
def measure(names: tuple[str, ...], as_json: bool, data: Path | None) -> None:
    """Quality on real data, beside simple methods.

    Runs all measures, or those named; exits 1 where a promised margin is missed. Data that is absent is
    told of and is no failure.
    """
    from hub.messages import text_of
    from hub.run.ground import logs
    from hub.settings import read

    logs.configure("warning")
    language = read().language
    found: dict[str, Figures] = {}
    absent: list[str] = []
    broken: list[HubError] = []
    for name in names or MEASURES:
        try:
            found[name] = MEASURES[name].run(data or _beside_checkout())
        except FileNotFoundError:
            absent.append(name)
            missing = FixSettings("C115", name=MEASURES[name].data)
            click.echo(f"{name}: {text_of(missing, language).line}", err=as_json)
            continue
        missed = list(_missed(name, found[name]))
        broken += missed
        if not as_json:
            _tell(name, found[name])
        for one in missed:
            click.echo(text_of(one, language).line, err=as_json)
    if as_json:
        told = [dict(one.facts) for one in broken]
        output.figures({"measures": found, "absent": absent, "broken": told})
    raise SystemExit(1 if broken else 0)


def _beside_checkout() -> Path:
    return Path(__file__).resolve().parents[2].parent / "shared" / "data"


def _missed(name: str, figures: Figures) -> Iterator[HubError]:
    for promise in MEASURES[name].promises:
        if promise.margin(figures) < 0.0:
            yield Refused("C116", name=name, figure=promise.figure)


def _tell(name: str, figures: Figures) -> None:
    """Ours beside the simple method, then what stands alone, then what was promised."""
    click.echo(name)
    for figure, value in figures.items():
        what, is_ours = figure.removeprefix("ours_"), figure.startswith("ours_")
        others = {
            other: figures[f"{other}_{what}"] for other in ("simple", "blind") if f"{other}_{what}" in figures
        }
        if is_ours:
            beside = "".join(f"  {other} {_shown(its)}" for other, its in others.items())
            click.echo(f"  {what:>22}  ours {_shown(value)}{beside}")
        elif not figure.startswith(("simple_", "blind_")):
            click.echo(f"  {figure:>22}  {_shown(value)}")
    for promise in MEASURES[name].promises:
        beside = f"{promise.beside} + " if promise.beside else ""
        what = f"{promise.figure} >= {beside}{promise.least:g}"
        click.echo(f"  {'promised':>22}  {what}: {promise.margin(figures):+.3f}")


def _shown(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
