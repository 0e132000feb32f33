"""All that a plugin says aloud while it works: logs, output, warnings. For the checks that listen for what must not be said."""

import logging
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from traceback import format_exception
from typing import Any, Final

import structlog

_LIBRARIES: Final = ("httpx", "httpcore", "sqlalchemy", "kafka", "asyncio", "urllib3")
"""What they log below a warning, the hub does not keep."""


@dataclass(slots=True)
class Overheard:
    """What was said, one text for each line, event or warning."""

    said: list[str] = field(default_factory=list)

    def __contains__(self, words: object) -> bool:
        return any(str(words) in one for one in self.said)


@contextmanager
def overheard() -> Iterator[Overheard]:
    """What is said within the block, by any thread; none of it reaches anybody else."""
    heard, out = Overheard(), StringIO()
    with (
        _structlog(heard),
        _logging(heard),
        redirect_stdout(out),
        redirect_stderr(out),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_, **__: heard.said.append(str(message))
        yield heard
    heard.said += out.getvalue().splitlines()


@contextmanager
def _structlog(heard: Overheard) -> Iterator[None]:
    def keep(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        heard.said.append(repr(dict(line)))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[keep], wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    try:
        yield
    finally:
        structlog.configure(**before)


class _Kept(logging.Handler):
    def __init__(self, heard: Overheard) -> None:
        super().__init__(logging.DEBUG)
        self._heard: Final = heard

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the line with the text of its exception, which a handler of somebody else's would write."""
        if record.levelno < logging.WARNING and record.name.startswith(_LIBRARIES):
            return
        told = "".join(format_exception(*record.exc_info)) if record.exc_info and record.exc_info[1] else ""
        self._heard.said.append(f"{record.name} {record.getMessage()} {told}")


@contextmanager
def _logging(heard: Overheard) -> Iterator[None]:
    root, handler = logging.getLogger(), _Kept(heard)
    level, handlers = root.level, root.handlers[:]
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
