"""Drawing a page: one environment of templates, the words in the visitor's language, headers that let nothing else in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.messages.text import Language
from hub.model.account import Role
from hub.web.assets import url_of
from hub.web.visitor import Visitor, language_of
from hub.web.words import said

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content security policy of every page; the same in tests."""
HEADERS: Final = {
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(self), microphone=()",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the menu leads: a path, its name in Chinese, and for whom."""

    path: str
    name: str
    roles: frozenset[Role]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def draw(
    request: Request,
    visitor: Visitor | None,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **facts: Any,
) -> HTMLResponse:
    """The page or fragment that `template` makes of `facts`."""
    language = visitor.language if visitor else language_of(request)
    places: tuple[Place, ...] = request.app.state.places
    mine = [one for one in places if visitor and visitor.account.role in one.roles]
    text = (
        _environment()
        .get_template(template)
        .render(
            facts,
            _=lambda chinese, **more: said(chinese, language, **more),
            asset=url_of,
            language=language.value,
            english=language is Language.EN,
            visitor=visitor,
            csrf=lambda: visitor.csrf if visitor else "",
            places=mine,
            here=_here(mine, request.url.path),
            path=request.url.path,
            is_demo=request.app.state.hub.settings.demo,
        )
    )
    return HTMLResponse(text, status_code=status, headers={**HEADERS, **(headers or {})})


def _here(places: Sequence[Place], path: str) -> str:
    """The path of the place that a page belongs to: the nearest one above it; "" for none."""
    above = [one.path for one in places if path == one.path or path.startswith(f"{one.path}/")]
    return max(above, key=len, default="")
