"""The routes of pages, asked as their own signatures describe them and otherwise: whatever a browser sends, no 500."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from hub.model.account import Role
from hub.web.app import serve
from tests.e2e import people
from tests.e2e.served import served
from tests.e2e.test_journey import spot
from tests.e2e.test_routes import TABLE, flat
from tests.instruments import HubInHand, at, stated

pytestmark = pytest.mark.slow

EXAMPLES: Final = int(os.environ.get("GRIDPLUS_HTTP_EXAMPLES", "4"))
"""Calls of one route, in each of the two modes."""
_LEFT_OUT: Final = ("/map/stream", "/signout", "/signin", "/me/password")
"""A stream never ends; the others would end the session that all calls need."""


@pytest.fixture(scope="module")
def pages(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[schemathesis.BaseSchema, Mapping[str, Any]]]:
    """Every page's route as a document, and role → what its browser sends with each call."""
    hub = HubInHand(Path(tmp_path_factory.mktemp("hub")))
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    with served(hub) as url:
        sent = {role.value: _sent(people.signed_in(url, hub, role)) for role in Role}
    app = serve(hub.hub)
    routes = [one for one in flat(app.routes) if isinstance(one, APIRoute) and not one.include_in_schema]
    for one in routes:
        one.include_in_schema = True
    document = get_openapi(title="pages", version="1", routes=routes)
    app.get("/pages.json")(lambda: document)
    yield schemathesis.openapi.from_asgi("/pages.json", app), sent
    hub.close()


def _sent(browser: Any) -> dict[str, Any]:
    return {
        "cookies": {one.name: one.value for one in browser.cookies.jar},
        "headers": {"x-csrf": browser.headers["x-csrf"], "origin": "http://testserver"},
    }


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_no_call_of_a_page_meets_a_server_error(
    pages: tuple[schemathesis.BaseSchema, Mapping[str, Any]], mode: schemathesis.GenerationMode
) -> None:
    schema, sent = pages
    who_of = {(method, path.replace(":path}", "}")): who for (method, path), who in TABLE.items()}
    tried = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if not operation.path.startswith(_LEFT_OUT):
            let_in = who_of[operation.method.upper(), operation.path] & sent.keys()
            tried += _asked(operation, mode, sent[min(let_in, default=Role.DISTRICT.value)])
    assert tried > 100


def _asked(operation: Any, mode: schemathesis.GenerationMode, sent: Mapping[str, Any]) -> int:
    """How many calls were made."""
    if mode is not schemathesis.GenerationMode.POSITIVE and not (
        operation.body or list(operation.iter_parameters())
    ):
        return 0
    tried = 0

    @seed(1)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case[Any]) -> None:
        nonlocal tried
        answer = case.call_and_validate(checks=[not_a_server_error], **sent)
        assert answer.status_code != 401, "the session is over: nothing behind it was asked"
        tried += 1

    with suppress(Unsatisfiable):  # nothing that does not fit: any text is one
        ask()
    return tried
