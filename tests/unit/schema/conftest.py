"""The schema files and their validators, as the hub and as the oracle read them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it ships none
from referencing import Resource

from hub.intake.validate import Validator
from hub.schema import schemas

Schema = Mapping[str, Any]


@pytest.fixture(scope="session")
def validator_of() -> Callable[[str], Validator]:
    """The hot path's validator of one noun."""
    made = {name: Validator(schema, schemas().values()) for name, schema in schemas().items()}
    return made.__getitem__


@pytest.fixture(scope="session")
def oracle_of() -> Callable[[str], Callable[[object], bool]]:
    """Whether something fits one noun, as jsonschema sees it: formats on, nothing fetched."""
    registry = REGISTRY.with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas().values()
    )
    checker = Draft202012Validator.FORMAT_CHECKER
    made: dict[str, Callable[[object], bool]] = {
        name: Draft202012Validator(schema, registry=registry, format_checker=checker).is_valid
        for name, schema in schemas().items()
    }
    return made.__getitem__
