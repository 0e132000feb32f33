"""The HTTP interface against its own OpenAPI document: whatever is asked, no 500 and no answer that the document
does not describe."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hub.api.app import serve
from hub.store import principals
from tests.e2e.test_journey import spot
from tests.instruments import HubInHand, at, stated

pytestmark = pytest.mark.slow

KEY: Final = "k" * 32
EXAMPLES: Final = int(os.environ.get("GRIDPLUS_HTTP_EXAMPLES", "15"))
"""Calls of one operation, in each of the two modes."""
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    """The document of a hub with one whistle, and the application behind it."""
    hub = HubInHand(Path(tmp_path_factory.mktemp("hub")))
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    with hub.hub.store.write() as conn:
        principals.register(conn, principals.Principal("department", "zilai"), KEY, hub.clock.now())
    yield schemathesis.openapi.from_asgi("/openapi.json", serve(hub.hub))
    hub.close()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("key", [KEY, "nobody's"], ids=["a department", "a stranger"])
def test_no_call_meets_a_server_error_or_an_answer_that_is_not_described(
    document: schemathesis.BaseSchema, key: str, mode: schemathesis.GenerationMode
) -> None:
    """With values that fit the document, and with such that do not."""
    tried = 0
    for found in document.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @seed(1)
        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case[Any]) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(headers={"authorization": f"Bearer {key}"}, checks=CHECKS)

        if (
            mode is schemathesis.GenerationMode.POSITIVE
            or operation.body
            or len(list(operation.iter_parameters()))
        ):
            ask()
    assert tried > EXAMPLES
