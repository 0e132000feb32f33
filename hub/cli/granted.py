"""How `gridplus grants` prints: a line a grant, a proposal, an effect; the same as plain data for `--json`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli import output
from hub.jsonform import plain
from hub.model import Grant

if TYPE_CHECKING:  # the store is slow to import: `--help` must not wait for it
    from hub.run.assembly import Assembly
    from hub.run.whitelist.foreseen import Foreseen
    from hub.run.whitelist.register import Listed, Stands
    from hub.run.whitelist.wanted import Difference


def row(one: "Stands") -> dict[str, Any]:
    """A grant with how it stands."""
    told: dict[str, Any] = plain(one.grant)
    return told | {"standing": one.standing, "last_on": one.last_on, "proposal": one.proposal}


def proposal(one: "Listed") -> dict[str, Any]:
    """A proposal with what was said of it."""
    told: dict[str, Any] = plain(one.stored.proposal)
    said: list[Any] = plain(one.stored.said)
    return told | {"state": one.state, "review_on": one.review_on, "said": said}


def print_grants(rows: Sequence[dict[str, Any]]) -> None:
    """A line a grant: department, field, purpose, mask, outputs, last day, how it stands, who approved, its id."""
    for one in rows:
        mask, outputs = one["mask"] or "full", ",".join(one["outputs"])
        by = ",".join(one["approved_by"])
        click.echo(
            f"{one['department']}  {one['field']}  {one['purpose']}  {mask}  {outputs}  "
            f"{one['last_on']}  {one['standing']}  {by}  {one['id']}"
        )


def print_proposals(rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """A line a proposal, then one a word."""
    if as_json:
        output.figures({"proposals": rows})
        return
    for one in rows:
        click.echo(
            f"{one['id']}  {one['action']}  {one['state']}  {len(one['changes'])} grants  "
            f"needs {one['needs']}  by {one['proposed_by']}  {one['reason']}"
        )
        for said in one["said"]:
            click.echo(f"  {said['at']}  {said['word']}  {said['by']}  {said['reason']}")


def print_preview(found: "Foreseen") -> None:
    """Warnings, then a line an effect, then the examples."""
    for warning in found.cautions:
        beside = f" + {warning.beside}" if warning.beside else ""
        click.echo(f"! {warning.why}  {warning.department}  {warning.field}{beside}")
    newest = " (the newest)" if found.is_cut else ""
    click.echo(f"{found.whistles} whistles{newest} from {found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}")
    for one in found.effects:
        what = one.what
        click.echo(
            f"{what.department}  {what.field}  {what.purpose}  {_mask(what.before)} -> {_mask(what.after)}  "
            f"{','.join(one.outputs)}  {one.whistles} whistles  {one.residents} residents"
        )
    for department in found.uncounted:
        click.echo(f"{department}  not called by whistles: not counted")
    for example in found.examples:
        click.echo(f"{example.whistle_id}  {example.department}  {example.purpose}  {example.output}")
        for name in sorted(example.before.keys() | example.after.keys()):
            before, after = example.before.get(name, "-"), example.after.get(name, "-")
            if before != after:
                click.echo(f"  {name}  {before} -> {after}")


def _mask(name: str | None) -> str:
    return "-" if name is None else name or "full"


def difference(hub: "Assembly", file: Path) -> "Difference":
    """Between what is in force and what the file says."""
    from hub.run.whitelist.wanted import difference as between
    from hub.run.whitelist.wanted import from_text

    said = from_text(hub.pack, output.text_of(file), file.name)
    return between((one.grant for one in hub.register.grants(now=hub.clock.now())), said)


def print_difference(found: "Difference", *, as_json: bool) -> None:
    """`+` new, `~` changed with what differs, `-` gone."""
    changed = [{"id": after.id, "differs": _differs(before, after)} for before, after in found.changed]
    if as_json:
        output.figures(
            {"new": [one.id for one in found.new], "changed": changed, "gone": [one.id for one in found.gone]}
        )
        return
    for one in found.new:
        click.echo(f"+ {one.id}")
    for told in changed:
        click.echo(f"~ {told['id']}  {', '.join(told['differs'])}")
    for one in found.gone:
        click.echo(f"- {one.id}")


def _differs(before: Grant, after: Grant) -> list[str]:
    names = (name for name in Grant.__slots__ if name not in ("version", "approved_by"))
    return [name for name in names if getattr(before, name) != getattr(after, name)]
