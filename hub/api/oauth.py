"""Tokens for machines (OAuth 2.0 client credentials, RFC 6749 4.4): a key is sent once in ten minutes, a token with each call."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pydantic import BaseModel, ConfigDict

from hub.api import examples
from hub.api.departments import Problem
from hub.api.doors import AllDoors
from hub.api.language import AskedFor
from hub.errors import Refused
from hub.messages import text_of
from hub.run.people.limiting import MISSES_OF_ADDRESS
from hub.run.people.machines import LIFETIME

router = APIRouter(tags=["hub"])
_CLIENT = HTTPBasic(
    auto_error=False,
    scheme_name="ClientCredentials",
    description="The caller's name (or its key's id) and its key.",
)


class Token(BaseModel):
    """A token, for whom it was asked for."""

    model_config = ConfigDict(json_schema_extra=examples.TOKEN)
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 a word
    expires_in: int
    scope: str


class NoToken(Problem):
    """The same as everywhere, with the word that RFC 6749 5.2 has for it."""

    model_config = ConfigDict(json_schema_extra=examples.NO_TOKEN)
    error: str


@router.post(
    "/oauth/token",
    response_model=Token,
    responses={
        401: {"model": NoToken, "description": "No such caller, or not its key."},
        422: {"model": Problem, "description": "The message does not fit."},
        429: {"model": Problem, "description": "Too many wrong keys: see `retry-after`."},
    },
)
def token(
    request: Request,
    doors: AllDoors,
    language: AskedFor,
    basic: Annotated[HTTPBasicCredentials | None, Depends(_CLIENT)],
    grant_type: Annotated[Literal["client_credentials"], Form()],
    scope: Annotated[str, Form(max_length=64)] = "",
    client_id: Annotated[str, Form(max_length=64)] = "",
    client_secret: Annotated[str, Form(max_length=256)] = "",
) -> Response:
    """A token for ten minutes, and no longer than its key. `scope`: `read`, `write`, or both; without one, both."""
    del grant_type  # there is one
    name, key = (basic.username, basic.password) if basic else (client_id, client_secret)
    address = request.client.host if request.client else ""
    try:
        with doors.limiting.missing({MISSES_OF_ADDRESS: address}):
            given = doors.machines.give(name, key, scope)
    except Refused as refused:
        if refused.code != "A341":
            raise
        told = text_of(refused, language).as_dict() | {"error": "invalid_client"}
        return JSONResponse(told, status_code=401, headers={"www-authenticate": 'Basic realm="gridplus"'})
    made = Token(
        access_token=given.token,
        expires_in=int(LIFETIME.total_seconds()),
        scope=" ".join(sorted(given.scopes)),
    )
    return JSONResponse(made.model_dump(), headers={"pragma": "no-cache"})
