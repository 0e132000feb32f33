"""Accounts on the broker: how they are called, and the file of their passwords. Knows no broker and no access list."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hub.errors import FixSettings

MECHANISM: Final = "SCRAM-SHA-512"
_OURS: Final = re.compile(r"(?:department|worker)\.[a-z][a-z0-9_]{0,63}")


def of_department(department: str) -> str:
    """The account of a department; on the broker `kafka_prefix` stands before it."""
    return f"department.{department}"


def of_worker(worker: str) -> str:
    """The account of one of our workers, by its role."""
    return f"worker.{worker}"


def is_ours(name: str) -> bool:
    """Whether a name, without `kafka_prefix`, is one that this module gives: other hubs share the broker."""
    return _OURS.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Account:
    """One account with the file that has its password. `user` is its name on the broker, with prefix."""

    name: str
    user: str
    file: Path

    def login(self) -> dict[str, Any]:
        """Arguments for a client, with the password as it stands in the file now.

        Raises FixSettings C141 where the file has none, C119 where it cannot be read.
        """
        password = read(self.file).get(self.name)
        if not password:
            raise FixSettings("C141", account=self.name)
        return {
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": password,
        }


def read(file: Path) -> dict[str, str]:
    """Account → password; empty where there is no file. Raises FixSettings C119, which quotes nothing of it."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise FixSettings("C119", name=str(file)) from None
    if not all(isinstance(password, str) for password in said.values()):
        raise FixSettings("C119", name=str(file))
    return said


def write(file: Path, passwords: Mapping[str, str]) -> None:
    """Writes the file anew, whole or not at all, readable by its owner alone. Raises FixSettings C119."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    text = "".join(f'"{name}" = "{passwords[name]}"\n' for name in sorted(passwords))
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except OSError:
        raise FixSettings("C119", name=str(file)) from None
