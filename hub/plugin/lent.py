"""What the hub lends an adapter wherever it runs: a client with bounded waits."""

from typing import Any

import httpx


def http_client(**arguments: Any) -> httpx.Client:
    """A client for adapters: bounded waits, no redirects, few connections."""
    defaults: dict[str, Any] = {
        "timeout": httpx.Timeout(10.0, connect=5.0),
        "follow_redirects": False,
        "limits": httpx.Limits(max_connections=8),
    }
    return httpx.Client(**(defaults | arguments))
