"""`gridplus audit`: who saw what, and whether what is written of it is whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli import output

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.run.dossier.auditanchors import Compared
    from hub.run.exits.auditing import Break, Whole
    from hub.settings import Settings


@click.group()
def audit() -> None:
    """The chain of looks at data."""


@audit.command()
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    help="Public key of the hub, as `gridplus keys public` prints it, or a file with it; more than once after a rotation.",
)
@click.option(
    "--anchors",
    type=click.Path(path_type=Path),
    default=None,
    help="Directory or file of anchors that you keep: finds what who has the database and its keys wrote anew.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verify(store: str | None, keys: tuple[str, ...], anchors: Path | None, as_json: bool) -> None:
    """Computes every chain anew; names the first break and exits with 1 where there is one."""
    from dataclasses import asdict

    from hub.errors import FixSettings
    from hub.messages import text_of
    from hub.run.exits.auditing import Whole, broken
    from hub.settings import read

    if bool(keys) != bool(anchors):
        raise FixSettings("C101", name="--key, --anchors")
    settings = read(store=store)
    found, compared = _looked(settings, anchors, [output.public_key(one) for one in keys])
    faults = [] if isinstance(found, Whole) else [broken(found)]
    if compared is not None:
        faults += compared.findings
    told = [text_of(one, settings.language) for one in faults]
    if as_json:
        counted = {"anchors": compared.anchors, "points": compared.points} if compared else {}
        said = {"findings": [one.as_dict() for one in told]} if compared else {}
        output.figures({"whole": not faults, **asdict(found), **counted, **said})
    else:
        for one in told:
            click.echo(one.line)
        if isinstance(found, Whole) and not faults:
            beside = f"; {compared.points} points of {compared.anchors} anchors fit" if compared else ""
            click.echo(
                f"audit: {found.chains} chains, {found.blocks} blocks, {found.rows} rows, all whole{beside}"
            )
    raise SystemExit(1 if faults else 0)


def _looked(
    settings: "Settings", anchors: Path | None, public: Sequence[bytes]
) -> tuple["Whole | Break", "Compared | None"]:
    """What the audit itself says, and what the anchors say of it."""
    from hub.access.keyring import load_keys
    from hub.run.exits.auditing import examine_by
    from hub.run.keys.keyfile import check_keys
    from hub.store import migrate
    from hub.store.engine import Store

    ring, opened = load_keys(settings.keys_file), Store(settings.store_url)
    try:
        migrate.up(opened)
        check_keys(opened, ring)
        with opened.read() as conn:
            return examine_by(conn, ring), None if anchors is None else _compared(conn, anchors, public)
    finally:
        opened.close()


def _compared(conn: "Connection", anchors: Path, public: Sequence[bytes]) -> "Compared":
    from hub.errors import FixSettings
    from hub.run.dossier import anchorfiles
    from hub.run.dossier.auditanchors import compare

    try:
        anchors.stat()
        return compare(conn, anchorfiles.lines(anchors), public)
    except OSError:
        raise FixSettings("C119", name=str(anchors)) from None
