"""What the kit found out about one plugin: the level that it has reached, as JSON and as a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from hub.kit.outcome import UNPLAYED, Level, Result, Verdict
from hub.plugin import AdapterEntry

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;"
    "vertical-align:top}.failed td{background:#fde8e8}.skipped td{background:#fff6dd}.not_applicable td{color:#666}"
)
_WORDS = {
    Verdict.PASSED: "holds",
    Verdict.FAILED: "fails",
    Verdict.NOT_APPLICABLE: "does not apply",
    Verdict.SKIPPED: "left out",
}


@dataclass(frozen=True, slots=True)
class Report:
    """All results of one run of the kit over one plugin."""

    entry: AdapterEntry
    results: Sequence[Result]
    still_used: Sequence[str] = ()
    """Names of the hub that will go away and that the plugin still uses, a sentence each; no finding."""

    @property
    def reached(self) -> Level | None:
        """The highest level at which, and below which, no check fails; None where one of the lowest does.

        What the plugin leaves out with a reason does not keep it from a level; it stands in the report beside it.
        Without a simulator, or a broker to play it on, hardly anything can be shown: such a plugin comes no further than the
        lowest level.
        """
        reached = None
        is_played = self.entry.simulator and not any(one.said == UNPLAYED for one in self.results)
        for level in Level if is_played else (Level.BRONZE,):
            if self.counted(Verdict.FAILED, level):
                return reached
            reached = level
        return reached

    def counted(self, verdict: Verdict, level: Level | None = None) -> int:
        """How many checks, of one level or of all, ended so."""
        return sum(one.verdict is verdict and level in (None, one.check.level) for one in self.results)

    @property
    def seconds(self) -> float:
        """How long all of it took."""
        return sum(one.seconds for one in self.results)

    @property
    def line(self) -> str:
        """For a terminal."""
        counts = ", ".join(f"{self.counted(verdict)} {verdict.replace('_', ' ')}" for verdict in Verdict)
        return f"{len(self.results)} checks in {self.seconds:.1f} s: {counts}; level {self.reached or 'none'}"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "plugin": self.entry.name,
            "title": self.entry.title,
            "owner": self.entry.owner,
            "level": self.reached,
            "failed": self.counted(Verdict.FAILED),
            "skipped": self.counted(Verdict.SKIPPED),
            "seconds": round(self.seconds, 3),
            "still_used": list(self.still_used),
            "checks": {
                one.check.name: {
                    "verdict": one.verdict,
                    "why": one.why,
                    "said": one.said,
                    "level": one.check.level,
                    "seconds": round(one.seconds, 3),
                }
                for one in self.results
            },
        }

    def as_page(self) -> str:
        """For people: one file with everything in it, and no script."""
        name, level = escape(self.entry.name), self.reached or "none"
        tables = "".join(self._table(level) for level in Level)
        leaving = "".join(f"<p>{escape(one)}</p>" for one in self.still_used)
        return (
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
            f"<style>{_STYLE}</style></head><body><h1>{escape(self.entry.title)} <code>{name}</code></h1>"
            f"<p>Level reached: <strong>{level}</strong>. Called when it fails: {escape(self.entry.owner) or 'nobody'}.</p>"
            f"<p>{escape(self.line)}</p>{leaving}{tables}</body></html>\n"
        )

    def _table(self, level: Level) -> str:
        rows = "".join(_row(one) for one in self.results if one.check.level is level)
        if not rows:
            return ""
        head = "<tr><th>check</th><th>demands</th><th></th></tr>"
        return f"<h2>{level}</h2><table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _row(one: Result) -> str:
    said = f": {one.said}" if one.said else ""
    return (
        f'<tr class="{one.verdict}"><td><code>{one.check.name}</code></td><td>{escape(one.check.title)}</td>'
        f"<td>{escape(_WORDS[one.verdict] + said)}</td></tr>"
    )
