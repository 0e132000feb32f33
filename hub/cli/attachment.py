"""`gridplus attachment`: files that reports came with, for the person who says whether departments may see them."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from hub.cli import output

if TYPE_CHECKING:  # the store is slow to import: `--help` must not wait for it
    from hub.run.ground.pictures import Part
    from hub.run.sources.releasing import Releasing

_STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")
_BY = click.option(
    "--by", required=True, help="Your account: it stands beside the decision and in the audit."
)
_WHY = click.option("--why", required=True, help="A code of yours, such as no_people, faces_covered, home.")
_COVER = click.option(
    "--cover",
    "covers",
    multiple=True,
    metavar="X,Y,W,H",
    help="A part to paint black, in pixels of the picture that `show` writes; more than once for more parts.",
)
_MOST: Final = 200
_PART: Final = re.compile(r"([0-9]{1,5}),([0-9]{1,5}),([0-9]{1,5}),([0-9]{1,5})")
T = TypeVar("T")


@click.group()
def attachment() -> None:
    """Files of reports: look at one, release it, cover parts, refuse it. Until then no department sees any."""


@attachment.command("list")
@click.option(
    "--state",
    type=click.Choice(["undecided", "waiting", "refused", "expired", "unreadable"]),
    default="undecided",
    show_default=True,
    help="Undecided: fetched, and waiting for a person.",
)
@_STORE
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def list_(state: str, store: str | None, as_json: bool) -> None:
    """Files in one state, oldest first: id, report, source, kind, size, code."""
    from hub.cli.opened import opened
    from hub.model import AttachmentState
    from hub.settings import read
    from hub.store import attachments

    with opened(read(store=store).store_url) as there, there.read() as conn:
        if state == "undecided":
            found = attachments.undecided(conn, _MOST)
        else:
            found = attachments.in_state(conn, AttachmentState(state), _MOST)
    told: list[dict[str, Any]] = [
        {
            "attachment": one.id,
            "event": one.event_id,
            "source": one.source,
            "state": one.state,
            "code": one.code,
            "kind": one.kind,
            "size": one.size,
            "asked_at": one.asked_at,
        }
        for one in found
    ]
    if as_json:
        output.figures({"attachments": told})
        return
    for one in told:
        click.echo("  ".join(str(one[name]) for name in ("attachment", "event", "kind", "size", "code")))


@attachment.command()
@click.argument("id_", metavar="ID")
@click.option(
    "--into", type=click.Path(path_type=Path), required=True, help="A new file, readable by you alone."
)
@click.option(
    "--as-sent", is_flag=True, help="The file itself, not drawn anew: it may carry anything. For PDF too."
)
@_COVER
@_BY
@_WHY
@_STORE
def show(
    id_: str, into: Path, as_sent: bool, covers: tuple[str, ...], by: str, why: str, store: str | None
) -> None:
    """Writes the picture as a department would be shown it into a file. The look is written down."""
    parts = [_part(one) for one in covers]

    def look(desk: "Releasing") -> tuple[bytes, str]:
        if as_sent:
            sent = desk.look_as_sent(id_)
            return sent.content, sent.kind
        picture = desk.look(id_, parts)
        return picture.content, f"{picture.width}×{picture.height}"

    content, what = _at_the_desk(store, by, why, look)
    _write(into, content)
    click.echo(f"{into}  {what}")


@attachment.command()
@click.argument("id_", metavar="ID")
@_COVER
@_BY
@_WHY
@_STORE
def release(id_: str, covers: tuple[str, ...], by: str, why: str, store: str | None) -> None:
    """Departments that are granted it see the picture from now on; again with other --cover replaces it."""
    parts = [_part(one) for one in covers]
    picture = _at_the_desk(store, by, why, lambda desk: desk.release(id_, parts))
    click.echo(f"{id_}  {picture.width}×{picture.height}  {len(parts)} covered")


@attachment.command()
@click.argument("id_", metavar="ID")
@_BY
@_WHY
@_STORE
def refuse(id_: str, by: str, why: str, store: str | None) -> None:
    """No department sees it, also where it was released before."""
    _at_the_desk(store, by, why, lambda desk: desk.refuse(id_))
    click.echo("ok")


@attachment.command()
@click.argument("source")
@_STORE
def again(source: str, store: str | None) -> None:
    """Files of SOURCE that were not fetched for a reason that is mended by now are asked for once more."""
    from hub.cli.opened import opened
    from hub.run.rooms import clock_of
    from hub.run.sources.attachments import MENDABLE
    from hub.settings import read
    from hub.store import attachments

    settings = read(store=store)
    with opened(settings.store_url) as there, there.write() as conn:
        number = attachments.again(conn, source, MENDABLE, clock_of(settings).now())
    click.echo(f"{number} asked for again")


def _at_the_desk(store: str | None, by: str, why: str, act: "Callable[[Releasing], T]") -> T:
    """One act, one transaction, its audit row in it."""
    from hub.run.assembly import Assembly
    from hub.run.sources.releasing import Releasing
    from hub.settings import read

    hub = Assembly(read(store=store))
    try:
        ledger, now = hub.ledgers.mine(), hub.clock.now()
        with hub.store.write() as conn:
            done = act(Releasing(conn, vault=hub.vault, ledger=ledger, by=by, reason=why, at=now))
        ledger.committed()
    finally:
        hub.close()
    return done


def _part(text: str) -> "Part":
    """`x,y,width,height`; anything else is no use of this command."""
    from hub.run.ground.pictures import Part

    found = _PART.fullmatch(text)
    if found is None:
        raise click.BadParameter("X,Y,W,H", param_hint="--cover")
    x, y, width, height = map(int, found.groups())
    return Part(x, y, width, height)


def _write(into: Path, content: bytes) -> None:
    """A new file for its owner alone; raises FileExistsError where there is one already."""
    with open(into, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(content)
