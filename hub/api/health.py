"""What machines ask a process: is it alive, is it ready, and its figures. Nothing of a matter, nothing personal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from hub.api.departments import Problem
from hub.api.doors import insider
from hub.errors import HubError
from hub.messages import text_of
from hub.messages.text import Language
from hub.run.assembly import Assembly
from hub.run.ground.loop import Loop
from hub.run.metrics import Figures
from hub.run.people.machines import Machines
from hub.run.readiness import Readiness

router = APIRouter(tags=["hub"])


@dataclass(frozen=True, slots=True)
class Watch:
    """What the routes below look through; `machines` and `figures_without_key` say who may see figures."""

    machines: Machines
    figures_without_key: bool
    language: Language
    faults: Callable[[], list[HubError]]
    warnings: Callable[[], list[HubError]]
    figures: Callable[[], bytes]


def watch_of(request: Request) -> Watch:
    """The watch of the application that serves `request`."""
    watch: Watch = request.app.state.watch
    return watch


def watching(hub: Assembly, loops: Sequence[Loop]) -> Watch:
    """A watch over one process with these workers; they may start later."""
    readiness = Readiness(hub.store, hub.bus, hub.clock, loops)
    figures = Figures(hub.store, hub.bus, hub.clock, loops, hub.topics, tuple(hub.pack.sources))
    settings = hub.settings
    return Watch(
        hub.machines,
        settings.figures_without_key,
        settings.language,
        readiness.faults,
        hub.warnings,
        figures.text,
    )


def serve_health(hub: Assembly, loops: Sequence[Loop]) -> FastAPI:
    """The application of a process without the web worker: these routes and no other.

    Raises FixSettings C101 where figures were to be shown without a key to other machines.
    """
    from hub.api.app import check_open, refusing

    check_open(hub.settings)
    hub.register_callers()
    app = FastAPI(title="Grid+ hub", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.doors = app.state.watch = watching(hub, loops)
    app.include_router(router)
    return refusing(app)


_Watch = Annotated[Watch, Depends(watch_of)]


@router.get("/healthz")
def alive() -> dict[str, str]:
    """Answers while the process serves. It asks nobody: a store that is away is no reason to start anew."""
    return {"status": "ok"}


@router.get(
    "/readyz", responses={503: {"description": "Not ready; `faults` say why, each with its next step."}}
)
def ready(watch: _Watch) -> JSONResponse:
    """Whether store and bus can be used and the workers of this process get on: 200, or 503 with the faults."""
    faults = [text_of(one, watch.language).as_dict() for one in watch.faults()]
    answer: dict[str, Any] = {"status": "unready" if faults else "ok", "faults": faults}
    if warnings := watch.warnings():  # what works goes on: nobody is to be sent elsewhere for it
        answer["warnings"] = [text_of(one, watch.language).as_dict() for one in warnings]
    return JSONResponse(answer, status_code=503 if faults else 200)


@router.get(
    "/metrics",
    dependencies=[Depends(insider)],
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {}}, "description": "Prometheus' text format."},
        401: {"model": Problem, "description": "No valid key."},
    },
)
def metrics(watch: _Watch) -> Response:
    """Counts, ages and names of ours for Prometheus, at most 15 s old; for people inside, by any key."""
    return Response(watch.figures(), media_type="text/plain; version=0.0.4")
