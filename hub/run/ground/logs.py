"""Log lines: JSON on stderr, stable snake_case names, ids and counts; never a payload."""

import logging
import sys
import threading
import traceback
import warnings
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(level: str) -> None:
    """Sets up logging of this process; libraries log warnings and worse."""
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="%(name)s %(levelname)s")
    logging.getLogger("kafka").setLevel(
        logging.CRITICAL
    )  # a line for every try; the bus tells it once, by code
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _no_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        # asked for at each line: whoever redirects stderr later gets the lines too
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    warnings.showwarning = _warned
    sys.excepthook = _crashed
    threading.excepthook = lambda one: _crashed(one.exc_type, one.exc_value, one.exc_traceback)
    sys.unraisablehook = lambda one: _crashed(one.exc_type, one.exc_value, one.exc_traceback)


def _warned(
    message: Warning | str,  # noqa: ARG001 said by nobody
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 the standard library's signature
    line: str | None = None,  # noqa: ARG001
) -> None:
    """A library's warning by sort and place; openpyxl's quote the cell."""
    at = f"{filename.rsplit('/', 1)[-1]}:{lineno}"
    structlog.get_logger().warning("library_warned", kind=category.__name__, at=at)


def _crashed(kind: type[BaseException], _error: BaseException | None, trace: TracebackType | None) -> None:
    """Where it happened and what sort of error it was, for a report of the bug; its words may quote what was sent."""
    print(*traceback.format_tb(trace), kind.__name__, sep="", file=sys.stderr)


def _no_values(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception is named by type and place; its message may quote what was sent."""
    if line.pop("exc_info", None):
        kind, error, trace = sys.exc_info()
        line["error"] = kind.__name__ if kind else ""
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None:
            line["at"] = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        del error
    return line
