"""What sources push: any method and body under `/in/{source}/`, handed to that source's adapter as it came."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.api.doors import doors_of, known
from hub.errors import Refused
from hub.plugin import PeerRequest


async def take_in(request: Request) -> Response:
    """The source's own protocol answers; the body is read up to the hub's limit and no further."""
    doors = doors_of(request)
    body = await _read(request, doors.body_limit)
    asked = PeerRequest(
        method=request.method,
        path="/" + request.path_params["path"],
        query=request.url.query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        peer=request.client.host if request.client else "",
        known=await run_in_threadpool(_is_known, request),
    )
    reply = await run_in_threadpool(doors.gateway.receive, request.path_params["source"], asked)
    return Response(reply.body, status_code=reply.status, headers=dict(reply.headers))


def _is_known(request: Request) -> bool:
    """Whether a key, token or certificate of this very source came with it."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    who = known(request, key if kind.lower() == "bearer" else "")
    return who is not None and (who.kind, who.name) == ("source", request.path_params["source"])


async def _read(request: Request, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise Refused("P108")
        parts.append(part)
    return b"".join(parts)
