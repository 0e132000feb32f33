"""What a version on the shelf offers, as the hub sees it without importing it."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, SecretStr, create_model

from hub.errors import FixSettings
from hub.plugin.adapter import Adapter, AdapterEntry
from hub.plugin.apart import speech
from hub.plugin.apart.process import environment, whose
from hub.plugin.apart.speech import Described, Offering
from hub.plugin.shelf import Kept

_LONGEST_S: Final = 30.0


def offered(kept: Kept, user: str = "") -> Mapping[str, tuple[AdapterEntry, str]]:
    """Its adapters by name, each with the module that offers it. Raises FixSettings: why it is refused (C103, C111, C112), or C103 where it says nothing.

    `user`: as whom of this machine it is asked. An entry's `config` knows which settings there are, which are secret and
    which must be given; whether a value fits the plugin itself says, when its adapter is made.
    """
    points = [f"{name}={module}" for name, module in kept.points.items()]
    command = [sys.executable, "-P", "-m", "hub.plugin.apart.asked", str(kept.path), *points]
    try:
        said = speech.read(io.BytesIO(_said_by(command, user)), Offering)
    except (subprocess.SubprocessError, EOFError, ValueError) as error:
        raise FixSettings("C103", name=kept.distribution, error=type(error).__name__) from None
    for refusal in said.refused:
        raise speech.raised(refusal)
    return {name: (_entry(name, one), one.module) for name, one in said.adapters.items()}


def _said_by(command: list[str], user: str) -> bytes:
    """What it says; whatever it started ends with it."""
    asked: subprocess.Popen[bytes] = subprocess.Popen(
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **whose(user),
    )
    try:
        said, _ = asked.communicate(timeout=_LONGEST_S)
    finally:
        with suppress(OSError):
            os.killpg(asked.pid, signal.SIGKILL)
        asked.wait()
    if asked.returncode:
        raise subprocess.CalledProcessError(asked.returncode, command)
    return said


def _entry(name: str, said: Described) -> AdapterEntry:
    return AdapterEntry(
        name=name,
        title=said.title,
        config=_config(name, said.schema),
        make=_made_elsewhere,
        declares=said.declares,
        interface=said.interface,
        cannot_tell=said.cannot_tell,
        skips=said.skips,
        owner=said.owner,
    )


def _config(name: str, schema: Mapping[str, Any]) -> type[BaseModel]:
    """A model of the same fields: a secret is one, and what must be given must be given."""
    needed = set(schema.get("required", ()))
    fields: dict[str, Any] = {
        field: (SecretStr if _is_secret(one) else Any, ... if field in needed else one.get("default"))
        for field, one in schema.get("properties", {}).items()
    }
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def _is_secret(said: Mapping[str, Any]) -> bool:
    return any(one.get("format") == "password" for one in (said, *said.get("anyOf", ())))


def _made_elsewhere(*_: object) -> Adapter:
    raise AssertionError("an adapter from the shelf is made in its own process")
