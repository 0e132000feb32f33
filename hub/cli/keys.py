"""`gridplus keys`: the vault's master keys, and keys that departments and staff call with."""

import re
from typing import Final

import click

from hub.cli import output
from hub.cli.opened import opened

_ACCOUNT: Final = re.compile(r"[\w.@-]{1,64}")


@click.group()
def keys() -> None:
    """The vault's master keys and callers' keys."""


_STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")


@keys.command()
@_STORE
def rotate(store: str | None) -> None:
    """Makes a new master key and wraps every data key with it; what was sealed before stays readable."""
    from hub.run.keyrotation import rotate as rotate_keys
    from hub.settings import read

    settings = read(store=store)
    with opened(settings.store_url) as there:
        done = rotate_keys(there, settings.keys_file)
    output.figures({"master": done.master, "rewrapped": done.rewrapped})


@keys.command()
@click.argument("name")
@click.option("--staff", is_flag=True, help="NAME is a person's account: the key shows figures, no whistle.")
@_STORE
def issue(name: str, staff: bool, store: str | None) -> None:
    """Prints a new key for the department NAME, once; the hub keeps only its digest."""
    import secrets

    from hub.errors import FixSettings
    from hub.run.assembly import Assembly
    from hub.settings import read
    from hub.store import principals

    hub = Assembly(read(store=store))
    try:
        if staff and not _ACCOUNT.fullmatch(name):
            raise FixSettings("C101", name="NAME")
        if not staff and name not in hub.pack.organisations:
            raise FixSettings("C106", id=name)
        key = secrets.token_hex(32)
        with hub.store.write() as conn:
            who = principals.Principal("staff" if staff else "department", name)
            principals.register(conn, who, key, hub.clock.now())
    finally:
        hub.close()
    click.echo(key)
