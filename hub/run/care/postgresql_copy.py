"""PostgreSQL's own programs for a copy: `pg_dump` and `pg_restore` of the server's major version.

The password goes by the environment of the program, never by its arguments: those stand in the process list.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from hub.errors import FixSettings, TryLater
from hub.store.engine import Store
from hub.store.password import secret_in, split_password_file

_DEBIAN: Final = "/usr/lib/postgresql/{major}/bin/{program}"


@contextmanager
def snapshot(store: Store) -> Iterator[tuple[Connection, str]]:
    """A connection that sees one moment, and that moment's name for `pg_dump`, for as long as it is open."""
    with store.read() as conn:
        conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield conn, str(conn.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())


def major(conn: Connection) -> int:
    """The server's major version."""
    return int(conn.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000


def dump(url: str, moment: str, into: Path, version: int) -> None:
    """Writes the database as it was at `moment`. Raises FixSettings C108 without the program, TryLater C104 where it fails."""
    into.touch(mode=0o600)
    _run(_program("pg_dump", version), url, f"--snapshot={moment}", "--format=custom", f"--file={into}")


def load(url: str, file: Path, version: int) -> None:
    """Writes a dump into an empty database, all of it or nothing. Raises as `dump`."""
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _run(_program("pg_restore", version), url, *options, str(file))


def _program(name: str, version: int) -> str:
    """Where the program of that major version lies: Debian keeps several side by side, out of the path."""
    beside = Path(_DEBIAN.format(major=version, program=name))
    if beside.exists():
        return str(beside)
    found = shutil.which(name)
    if found and _major_of(found) == version:
        return found
    raise FixSettings("C108", what=f"{name} {version}")


def _major_of(program: str) -> int:
    said = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout
    number = re.search(r"(\d+)", said)
    return int(number.group(1)) if number else 0


def _run(program: str, url: str, *options: str) -> None:
    where, secret = _address(url)
    command: Sequence[str] = (program, f"--dbname={where}", "--no-password", *options)
    done = subprocess.run(command, check=False, capture_output=True, env=os.environ | secret)
    if done.returncode:  # what it says may quote a row
        raise TryLater("C104")


def _address(url: str) -> tuple[str, dict[str, str]]:
    """The address as libpq reads it, without its password; and the password for the environment."""
    said, file = split_password_file(make_url(url))
    parsed = said.set(drivername="postgresql")
    password = secret_in(file) if file else parsed.password
    secret = {"PGPASSWORD": str(password)} if password else {}
    bare = parsed.set(username=parsed.username, password="") if parsed.password else parsed
    return bare.render_as_string(hide_password=False).replace(":@", "@"), secret
