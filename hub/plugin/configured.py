"""The settings of a source as its plugin's own model has them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from hub.errors import FixSettings


def checked(config: type[BaseModel], said: Mapping[str, Any], where: str) -> Any:
    """The plugin's own configuration. Raises FixSettings C101, which names the fields under `where` and quotes nothing."""
    try:
        return config.model_validate(said)
    except ValidationError as error:
        fields = sorted({".".join(str(p) for p in one["loc"]) for one in error.errors(include_input=False)})
        raise FixSettings("C101", name=", ".join(f"{where}.{f}" if f else where for f in fields)) from None
