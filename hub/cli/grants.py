"""`gridplus grants`: the field whitelist as it stands, and how it is changed: propose, preview, approve, refuse, end."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli import output
from hub.cli.supervising import BY, DAY, STORE, hub_of

if TYPE_CHECKING:  # the store is slow to import: `--help` must not wait for it
    from hub.access.proposal import Change, Proposal
    from hub.run.assembly import Assembly
    from hub.run.whitelist.wanted import Wanted

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
_REASON = click.option("--reason", required=True, help="Why, in words; no phone, id or plate.")
_DAYS = click.option(
    "--days", default=30, show_default=True, type=click.IntRange(1, 366), help="So many days of whistles."
)
_FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
_CHANGE = "For a change: the id of the grant; what is not given stays as it is."


@click.group()
def grants() -> None:
    """The field whitelist: show, propose, preview, approve, refuse, end, export, import."""


@grants.command()
@click.argument("words", nargs=-1)
@STORE
@_JSON
def show(words: tuple[str, ...], store: str | None, as_json: bool) -> None:
    """Grants in force that WORDS ask about, from either side (`手机号`, `城管`), or the proposal WORDS names (gp_…); without
    WORDS all grants, and proposals that wait."""
    from hub.cli import granted

    with hub_of(store) as hub:
        now = hub.clock.now()
        if words and words[0].startswith("gp_"):
            told = granted.proposal(hub.register.proposal(words[0], now=now))
            granted.print_proposals([told], as_json=as_json)
            return
        rows = [granted.row(one) for one in hub.register.grants(" ".join(words), now=now)]
        listed = hub.register.proposals(now=now) if not words else ()
    waiting = [granted.proposal(one) for one in listed if one.state == "proposed"]
    if as_json:
        output.figures({"grants": rows, "proposals": waiting})
        return
    granted.print_grants(rows)
    granted.print_proposals(waiting, as_json=False)


@grants.command()
@click.option("--change", "target", default="", metavar="GRANT", help=_CHANGE)
@click.option("--department", "departments", multiple=True, help="Whom; may be repeated.")
@click.option("--field", "fields", multiple=True, help="data set.field; may be repeated.")
@click.option("--purpose", default=None, help="A code, such as handle or callback.")
@click.option("--output", "outputs", multiple=True, help="view, api, stream, export, print, map or stat.")
@click.option("--mask", default=None, help='A mask\'s name; "" in full.')
@click.option("--area", "areas", multiple=True, help="Only matters of this area.")
@click.option("--category", "categories", multiple=True, help="Only matters of this category.")
@click.option("--most", "max_rows_day", type=int, default=None, help="Rows a day.")
@click.option("--legal-basis", default=None, help="Law and article, or item of the list of powers.")
@click.option("--sensitivity", default=None, help="general, sensitive, minor or restricted.")
@click.option("--share-type", default=None, help="unconditional or conditional.")
@click.option("--from", "begins", type=DAY, default=None, help="First day.")
@click.option("--to", "ends", type=DAY, default=None, help="Last day; at most a year.")
@click.option("--review", type=DAY, default=None, help="Looked at again by that day; the last one otherwise.")
@_REASON
@BY
@STORE
def propose(
    target: str, review: datetime | None, reason: str, by: str, store: str | None, **said: Any
) -> None:
    """Proposes a grant, or a change of one; nothing changes until others approve."""
    from hub.access.proposal import Action
    from hub.run.whitelist.wanted import Wanted

    with hub_of(store) as hub:
        changes = _changes(hub, target, said)
        wanted = Wanted(
            action=Action.CHANGE if target else Action.GRANT,
            changes=changes,
            reason=reason,
            review_by=review.date() if review else None,
        )
        _proposed(_propose(hub, [wanted], by))


@grants.command()
@click.argument("grant_ids", metavar="GRANT…", nargs=-1, required=True)
@_REASON
@BY
@STORE
def end(grant_ids: tuple[str, ...], reason: str, by: str, store: str | None) -> None:
    """Proposes that grants end; they do once another account approves."""
    from hub.access.proposal import Action
    from hub.run.whitelist.wanted import Wanted, ended

    with hub_of(store) as hub:
        now = hub.clock.now()
        changes = tuple(ended(hub.register.grant(id_, now=now).grant) for id_ in grant_ids)
        _proposed(_propose(hub, [Wanted(action=Action.END, changes=changes, reason=reason)], by))


@grants.command()
@click.argument("proposal")
@BY
@STORE
def approve(proposal: str, by: str, store: str | None) -> None:
    """Approves PROPOSAL; with the last approval that is needed it holds on all processes within two seconds."""
    _say(store, proposal, by, "approve", "")


@grants.command()
@click.argument("proposal")
@_REASON
@BY
@STORE
def refuse(proposal: str, reason: str, by: str, store: str | None) -> None:
    """Refuses PROPOSAL, for good."""
    _say(store, proposal, by, "refuse", reason)


@grants.command()
@click.argument("proposal")
@BY
@STORE
def withdraw(proposal: str, by: str, store: str | None) -> None:
    """Takes one's own PROPOSAL back."""
    _say(store, proposal, by, "withdraw", "")


@grants.command()
@click.argument("proposal")
@click.option("--next", "next_", type=DAY, required=True, help="Looked at again by that day.")
@BY
@STORE
def review(proposal: str, next_: datetime, by: str, store: str | None) -> None:
    """PROPOSAL, which is in force, was looked at and stays as it is."""
    _say(store, proposal, by, "review", "", next_)


@grants.command()
@click.argument("proposal")
@_DAYS
@BY
@STORE
@_JSON
def preview(proposal: str, days: int, by: str, store: str | None, as_json: bool) -> None:
    """What PROPOSAL would show to whom: run over the whistles of the last days, with warnings. Examples show outlines of
    values; that they were looked at is audited."""
    from hub.access.exits import Exit
    from hub.cli import granted
    from hub.jsonform import plain
    from hub.run.ground.ledger import noted
    from hub.run.whitelist.preview import looked

    with hub_of(store) as hub:
        now = hub.clock.now()
        changes = hub.register.proposal(proposal, now=now).stored.proposal.changes
        found = hub.previewing.of(changes, days=days, now=now)
        row = looked(found, by=by, matter=proposal, through=Exit.CLI, now=now)
        noted(hub.store, hub.ledgers.mine(), row)
    if as_json:
        output.figures(plain(found))
        return
    granted.print_preview(found)


@grants.command("export")
@STORE
def export_(store: str | None) -> None:
    """The grants in force, as a `grants.yaml` of the pack's form."""
    from hub.pack.grants_written import written

    with hub_of(store) as hub:
        rows = hub.register.grants(now=hub.clock.now())
        click.echo(written((one.grant for one in rows), hub.pack.version), nl=False)


@grants.command()
@_FILE
@STORE
@_JSON
def diff(file: Path, store: str | None, as_json: bool) -> None:
    """What FILE says other than the grants in force; exit 1 where there is something."""
    from hub.cli import granted

    with hub_of(store) as hub:
        found = granted.difference(hub, file)
    granted.print_difference(found, as_json=as_json)
    raise SystemExit(1 if found.new or found.changed or found.gone else 0)


@grants.command("import")
@_FILE
@_REASON
@BY
@STORE
def import_(file: Path, reason: str, by: str, store: str | None) -> None:
    """Proposes that the grants in force become those of FILE: at most one proposal each of grants that are new, that change
    and that end. Look at `diff` first."""
    from hub.cli import granted

    with hub_of(store) as hub:
        found = granted.difference(hub, file)
        _proposed(_propose(hub, found.wanted(reason), by))


def _changes(hub: "Assembly", target: str, said: dict[str, Any]) -> "tuple[Change, ...]":
    from hub.access.proposal import Change
    from hub.pack.grants_written import entry_of
    from hub.run.whitelist.wanted import changed, from_entries

    before = hub.register.grant(target, now=hub.clock.now()).grant if target else None
    entry = entry_of(before) if before else {}
    for key in ("begins", "ends"):
        if (day := said.pop(key)) is not None:
            valid = entry.setdefault("valid", {})
            valid["from" if key == "begins" else "to"] = day.date()
    entry |= {k: list(v) if isinstance(v, tuple) else v for k, v in said.items() if v not in (None, ())}
    if not entry.get("mask"):
        entry.pop("mask", None)
    after = from_entries(hub.pack, [entry])
    if before is None:
        return tuple(Change(grant=one) for one in after)
    return tuple(changed(before, one) for one in after)


def _propose(hub: "Assembly", wanted: "Any", by: str) -> "list[Proposal]":
    from hub.access.exits import Exit

    each: list[Wanted] = list(wanted)
    return [hub.proposing(Exit.CLI).propose(one, by=by, now=hub.clock.now()) for one in each]


def _proposed(some: "list[Proposal]") -> None:
    told = [
        {"proposal": one.id, "action": one.action, "grants": len(one.changes), "needs": one.needs}
        for one in some
    ]
    output.figures({"proposals": told})


def _say(
    store: str | None, proposal: str, by: str, word: str, reason: str, next_: datetime | None = None
) -> None:
    from hub.access.exits import Exit
    from hub.access.proposal import Said, Word

    with hub_of(store) as hub:
        said = Said(
            word=Word(word),
            by=by,
            at=hub.clock.now(),
            reason=reason,
            review_by=next_.date() if next_ else None,
        )
        state = hub.proposing(Exit.CLI).say(proposal, said)
    output.figures({"proposal": proposal, "state": state})
