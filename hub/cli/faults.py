"""Whatever ends a command, as one of our errors: libraries' own errors are told by code, never by a trace.

A trace is left to our own mistakes. Imports are late: only what failed is loaded, and it is loaded already.
"""

import click

from hub.errors import FixSettings, HubError, TryLater


def told_of(error: Exception, command: str) -> HubError | None:
    """`error` in our words; None where it is a mistake of ours. `command` is what was called."""
    if isinstance(error, HubError):
        return error
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return None  # it is the help itself
    if isinstance(error, click.UsageError):
        return FixSettings("C117", what=" ".join(error.format_message().split()), command=command)
    if isinstance(error, OSError):
        return _of_files(error)
    return _of_the_store(error) or _of_settings(error)


def _of_files(error: OSError) -> HubError:
    """A wrong path is the caller's, a full disk or a lost connection is not."""
    wrong = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError, FileExistsError)
    kind = FixSettings if isinstance(error, wrong) else TryLater
    return kind("C119", name=str(error.filename or error.strerror or ""))


def _of_the_store(error: Exception) -> HubError | None:
    from alembic.util import CommandError
    from sqlalchemy.exc import ArgumentError, DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    if isinstance(error, ArgumentError):
        return FixSettings("C101", name="store")
    if isinstance(error, CommandError):
        return FixSettings("C118")
    return TryLater("C104") if isinstance(error, DBAPIError | PoolTimeout) else None


def _of_settings(error: Exception) -> HubError | None:
    from pydantic import ValidationError
    from yaml import YAMLError

    if isinstance(error, ValidationError):
        names = ", ".join(".".join(str(part) for part in one["loc"]) for one in error.errors())
        return FixSettings("C101", name=names)
    return FixSettings("C101", name="YAML") if isinstance(error, YAMLError) else None
