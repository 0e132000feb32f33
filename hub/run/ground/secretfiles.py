"""Secrets of sources and channels that lie in files: `<field>_file` takes the place of a plugin's secret `<field>`."""

import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, SecretStr

from hub.errors import FixSettings
from hub.store.password import secret_in

_ENDING: Final = "_file"


def files_of(config: type[BaseModel], said: Mapping[str, Any], where: str) -> dict[str, Path]:
    """Secret field → its file, of what the settings say under `where`. Raises FixSettings C101 where a field is given
    both ways, or a file is no path."""
    found: dict[str, Path] = {}
    for name, field in config.model_fields.items():
        given = name + _ENDING
        if given not in said or given in config.model_fields or not _is_secret(field.annotation):
            continue
        if name in said or not isinstance(said[given], str) or not said[given]:
            raise FixSettings("C101", name=f"{where}.{given}")
        found[name] = Path(said[given])
    return found


def _is_secret(annotation: object) -> bool:
    """SecretStr, or that or None."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return SecretStr in typing.get_args(annotation)
    return annotation is SecretStr


def filled(said: Mapping[str, Any], files: Mapping[str, Path]) -> dict[str, Any]:
    """`said` with the secrets as their files hold them now. Raises TryLater C119 for one that cannot be read."""
    plain = {key: value for key, value in said.items() if key.removesuffix(_ENDING) not in files}
    for name in files:
        plain.setdefault(name, secret_in(files[name]))
    return plain
