"""`gridplus dossier` and `gridplus verify`: the file of a whistle, and its proof offline."""

import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hub.cli import output

if TYPE_CHECKING:  # slow to import: `--help` must not wait for it
    from hub.run.assembly import Assembly
    from hub.run.dossier.dossiers import Asked, Export
    from hub.run.dossier.verifying import Proof

_CENTRE: Final = "centre"
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_.@-]{0,63}")
_PORTIONS: Final = 200
_PATH: Final = click.Path(path_type=Path)


@click.command()
@click.argument("id_", metavar="ID")
@click.option("--out", type=_PATH, required=True, help="A new file, readable by you alone.")
@click.option(
    "--as", "as_", default=_CENTRE, help="`centre`, or the department that is called: by its grants."
)
@click.option("--purpose", default="handle", show_default=True, help="The purpose that grants must allow.")
@click.option("--by", default="", help="Your account, for the audit; else whom it is exported for.")
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def dossier(id_: str, out: Path, as_: str, purpose: str, by: str, store: str | None, as_json: bool) -> None:
    """Writes the dossier of the whistle ID: data, a page to print, anchors, and a signature over them."""
    from hub.errors import FixSettings, HubError
    from hub.jsonform import dumps
    from hub.messages import text_of
    from hub.run.assembly import Assembly
    from hub.run.dossier import dossierfile, dossierpage, printing
    from hub.settings import read

    settings = read(store=store)
    if not _CODE.fullmatch(purpose) or (by and not _CODE.fullmatch(by)):
        raise FixSettings("C101", name="--purpose, --by")
    if out.exists():
        raise FixSettings("C119", name=str(out))
    hub = Assembly(settings)
    try:
        exported = _export(hub, _asked(hub, id_, as_, purpose, by))
        page = dossierpage.page(exported.data, hub.pack)
        members = {
            dossierfile.DATA: dumps(exported.data).encode(),
            dossierfile.PAGE: page,
            dossierfile.ANCHORS: b"".join(one.line + b"\n" for one in exported.anchors),
        }
        pdf = printing.printed(page, settings.chromium)
        if pdf is not None:
            members[dossierfile.PRINT] = pdf
        content = dossierfile.pack(members, hub.signer())
    finally:
        hub.close()
    _write(out, content)
    told = {"file": str(out), "entries": len(exported.data["entries"])}
    told |= {name: exported.data[name] for name in ("anchored", "unfiled")}
    if told["unfiled"]:
        lacking = HubError("V125", number=exported.data["unfiled"])
        click.echo(text_of(lacking, settings.language).line, err=True)
    if as_json:
        output.figures(told)
    else:
        click.echo("  ".join(str(one) for one in told.values()))


def _asked(hub: "Assembly", id_: str, as_: str, purpose: str, by: str) -> "Asked":
    from hub.errors import Refused
    from hub.model import DepartmentId
    from hub.run.dossier.dossiers import Asked

    is_centre = as_ in (_CENTRE, hub.pack.fallback_owner)
    department = DepartmentId(hub.pack.fallback_owner if is_centre else as_)
    if department not in hub.pack.organisations:
        raise Refused("V104", name=as_[:40])
    return Asked(
        whistle_id=id_,
        department=department,
        is_centre=is_centre,
        purpose=purpose,
        by=by or department,
        at=hub.clock.now(),
    )


def _export(hub: "Assembly", asked: "Asked") -> "Export":
    """What happened up to now is filed first, where nobody else is at it: of what is not, the export tells."""
    registrar = hub.plain_registrar()
    try:
        registrar.catch_up(_PORTIONS)
    finally:
        registrar.close()
    return hub.dossiers.export(asked, hub.ledgers.mine())


def _write(into: Path, content: bytes) -> None:
    from hub.errors import FixSettings

    try:
        with open(into, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(content)
    except OSError:
        raise FixSettings("C119", name=str(into)) from None


@click.command()
@click.argument("file", type=_PATH)
@click.option(
    "--key",
    "keys",
    multiple=True,
    required=True,
    help="Public key of the hub, as `gridplus keys public` prints it, or a file with it; more than once after a rotation.",
)
@click.option(
    "--anchors",
    type=_PATH,
    default=None,
    help="Directory or file of anchors that you keep: finds what was cut off.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verify(file: Path, keys: tuple[str, ...], anchors: Path | None, as_json: bool) -> None:
    """Checks an exported dossier offline; a key that lies in the file is never believed. Exits 1 with findings."""
    from hub.errors import FixSettings
    from hub.messages import text_of
    from hub.settings import read

    public = [output.public_key(one) for one in keys]
    try:
        content = _bytes_of(file)
    except OSError:
        raise FixSettings("C119", name=str(file)) from None
    proof = _proof(content, public, anchors)
    language = read().language
    findings, notes = ([text_of(one, language) for one in many] for many in (proof.findings, proof.notes))
    figures = {name: value for name, value in asdict(proof).items() if name not in ("findings", "notes")}
    if as_json:
        said = {"findings": findings, "notes": notes}
        told = {name: [one.as_dict() for one in many] for name, many in said.items()}
        output.figures({"whole": not findings, **figures, **told})
    else:
        for one in (*findings, *notes):
            click.echo(one.line)
        click.echo("  ".join(f"{name} {value}" for name, value in figures.items()))
    raise SystemExit(1 if findings else 0)


def _proof(content: bytes, public: Sequence[bytes], anchors: Path | None) -> "Proof":
    from hub.errors import FixSettings
    from hub.run.dossier import anchorfiles
    from hub.run.dossier.verifying import prove

    if anchors is None:
        return prove(content, public)
    try:
        anchors.stat()
        return prove(content, public, anchorfiles.lines(anchors))
    except OSError:
        raise FixSettings("C119", name=str(anchors)) from None


def _bytes_of(file: Path) -> bytes:
    """No more of it than can be a dossier, and one byte, by which it is known as too large."""
    from hub.run.dossier.dossierfile import LARGEST

    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)
