"""Until somebody says that it is enough: Ctrl-C, or SIGTERM from whatever runs the command."""

import signal
import threading


def stop_event() -> threading.Event:
    """Set by either; also where the shell that started the command in the background had Ctrl-C ignored."""
    stop = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stop.set())
    return stop
