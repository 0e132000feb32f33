"""`gridplus keys`: the vault's master keys, and keys that departments and staff call with."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hub.cli import output
from hub.cli.opened import opened

if TYPE_CHECKING:  # slow to import: `--help` must not wait for it
    from hub.run.assembly import Assembly
    from hub.settings import Settings
    from hub.store.engine import Store
    from hub.store.principals import Principal

_ACCOUNT: Final = re.compile(r"[\w.@-]{1,64}")
_LONGEST_NAME: Final = 64
"""As the store has room for: of whom a key is, and who made a move."""
_KEY_ID: Final = re.compile(r"[0-9a-f]{16}")


@click.group()
def keys() -> None:
    """The vault's master keys and callers' keys."""


_STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")


@keys.command()
@click.option("--blind", is_flag=True, help="The key of the blind index: every index is made anew.")
@click.option("--audit", is_flag=True, help="The key of the audit chains: the old one verifies what it made.")
@click.option(
    "--begin", is_flag=True, help="Write the file and stop; copy it to every machine, then run this without."
)
@_STORE
def rotate(blind: bool, audit: bool, begin: bool, store: str | None) -> None:
    """Makes a new master key and wraps every data key with it; what was sealed before stays readable.

    With --blind or --audit that key instead. Workers go on, and read the file again by themselves. What was broken
    off, the same command finishes.
    """
    from hub.access.keyring import load_keys
    from hub.run.keys import auditrotation, blindrotation, keyfile
    from hub.run.keys.keyrotation import rotate as rotate_keys
    from hub.settings import read

    if (blind and audit) or (begin and not (blind or audit)):
        raise click.UsageError("--blind | --audit [--begin]")
    settings = read(store=store)
    with opened(settings.store_url) as there:
        if blind:
            keyfile.check_keys(there, load_keys(settings.keys_file))
            blindrotation.begin(settings.keys_file)
            if not begin:
                _index_anew(there, settings)
        elif audit:
            name = auditrotation.begin(settings.keys_file)
            if not begin:
                output.figures({"retired": name, "heads": auditrotation.finish(there, settings.keys_file)})
        else:
            done = rotate_keys(there, settings.keys_file)
            output.figures({"master": done.master, "rewrapped": done.rewrapped})


def _index_anew(there: "Store", settings: "Settings") -> None:
    """Prints how many indexes were made, and whose could not be; raises HubError A125 where there are such."""
    from hub import pack
    from hub.errors import HubError
    from hub.run.keys import blindrotation

    done = blindrotation.finish(there, settings.keys_file, pack.load(settings.pack))
    damaged = sorted(done.damaged)
    output.figures({"indexes": done.indexes, "damaged": damaged})
    if damaged:
        raise HubError("A125", count=len(damaged), first=damaged[0])


@keys.command()
def public() -> None:
    """The public keys of dossiers and their anchors, the present one first: give them to whoever is to verify."""
    from hub.access.keyring import load_keys
    from hub.settings import read
    from hub.whistle.anchors import Signer

    for seed in load_keys(read().keys_file).anchor_seeds():
        click.echo(Signer(seed).public.hex())


def _whose(command: Callable[..., None]) -> Callable[..., None]:
    """NAME, and what it is the name of: a department where nothing else is said."""
    for option in (
        click.option(
            "--as",
            "account",
            default="",
            metavar="ACCOUNT",
            help="Who at the post has it: who submits does not approve.",
        ),
        click.option("--source", "kind", flag_value="source", help="NAME is a source: it pushes reports."),
        click.option(
            "--post",
            "kind",
            flag_value="post",
            help="NAME is a post, as subdistrict:329901001: it blows whistles.",
        ),
        click.option(
            "--centre",
            "kind",
            flag_value="centre",
            help="NAME is a person's account at the centre: it decides.",
        ),
        click.option(
            "--staff",
            "kind",
            flag_value="staff",
            help="NAME is a person's account: it sees figures, no whistle.",
        ),
        click.option("--department", "kind", flag_value="department", default=True, hidden=True),
        click.argument("name"),
    ):
        command = option(command)
    return command


@keys.command()
@_whose
@_STORE
def issue(name: str, kind: str, account: str, store: str | None) -> None:
    """Prints a new key for the department NAME, once; the hub keeps only its digest."""
    import secrets

    from hub.store import principals

    key = secrets.token_hex(32)
    with _caller(name, kind, account, store) as (hub, who), hub.store.write() as conn:
        principals.register(conn, who, key, hub.clock.now())
    click.echo(key)


@keys.command()
@_whose
@click.option(
    "--cert",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="The caller's certificate (PEM), of an issuer in tls_client_ca.",
)
@_STORE
def certify(name: str, kind: str, account: str, cert: Path, store: str | None) -> None:
    """Lets whoever has the key of a certificate call as the department NAME, without a key of ours; prints its id."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    from hub.errors import FixSettings
    from hub.store import principals

    try:
        digest = x509.load_pem_x509_certificate(cert.read_bytes()).fingerprint(SHA256()).hex()
    except (OSError, ValueError):
        raise FixSettings("C119", name=str(cert)) from None
    with _caller(name, kind, account, store) as (hub, who), hub.store.write() as conn:
        if not principals.certify(conn, who, digest, hub.clock.now()):
            raise FixSettings("C101", name="--cert")
    click.echo(digest[:16])


@contextmanager
def _caller(name: str, kind: str, account: str, store: str | None) -> "Iterator[tuple[Assembly, Principal]]":
    """The hub, and the caller that is meant; raises FixSettings C101, C106 for what is none of this pack's."""
    from hub.errors import FixSettings
    from hub.run.assembly import Assembly
    from hub.settings import read
    from hub.store.principals import Principal
    from hub.whistle.posts import posted

    if account and kind != "post":
        raise click.UsageError("--post [--as ACCOUNT]")
    hub = Assembly(read(store=store))
    try:
        if kind in ("staff", "centre") and not _ACCOUNT.fullmatch(name):
            raise FixSettings("C101", name="NAME")
        if kind == "post":
            if posted(name).area not in hub.pack.areas:
                raise FixSettings("C106", id=name)
            name = _at_post(str(posted(name)), account)
        elif kind in ("department", "source"):
            known: Collection[str] = hub.pack.organisations if kind == "department" else hub.pack.sources
            if name not in known:
                raise FixSettings("C106", id=name)
        yield hub, Principal(kind, name)
    finally:
        hub.close()


def _at_post(post: str, account: str) -> str:
    """The post, with the account that the key is for where one is named."""
    from hub.errors import FixSettings
    from hub.whistle.posts import named

    if not account:
        return post
    name = named(post, account)
    if not _ACCOUNT.fullmatch(account) or len(name) > _LONGEST_NAME:
        raise FixSettings("C101", name="--as")
    return name


@keys.command("list")
@click.argument("name", default="")
@_STORE
def list_(name: str, store: str | None) -> None:
    """The keys of NAME, or of everybody: id, whose, since when, revoked when; never a key."""
    from hub.settings import read
    from hub.store import principals

    with opened(read(store=store).store_url) as there, there.read() as conn:
        found = principals.keys_of(conn, name)
    for one in found:
        ended = one.revoked_at.isoformat(timespec="seconds") if one.revoked_at else "-"
        click.echo(
            f"{one.id} {one.who.kind} {one.who.name} {one.made_at.isoformat(timespec='seconds')} {ended}"
        )


@keys.command()
@click.argument("key_id")
@_STORE
def revoke(key_id: str, store: str | None) -> None:
    """The key with the id KEY_ID of `keys list` speaks for nobody from now on; others of its caller go on."""
    from hub.errors import FixSettings
    from hub.run.rooms import clock_of
    from hub.settings import read
    from hub.store import principals

    settings = read(store=store)
    if not _KEY_ID.fullmatch(key_id):
        raise FixSettings("C101", name="KEY_ID")
    with opened(settings.store_url) as there, there.write() as conn:
        if not principals.revoke_id(conn, key_id, clock_of(settings).now()):
            raise FixSettings("C106", id=key_id)
