"""An identity provider that is not ours (oidc-provider-mock), in a process of its own, spoken to over HTTP."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from hub.run.servers import free_port, listens
from tests.connected.patience import until


@contextmanager
def provider(place: Path, *, port: int = 0, lasts_s: int = 3600) -> Iterator[str]:
    """Its issuer; each start has keys of its own. `lasts_s`: how long its word holds."""
    port = port or free_port()
    with (place / f"provider-{port}.out").open("ab") as out:
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
        process = subprocess.Popen(
            [*command, "--token-max-age", str(lasts_s)], stdout=out, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: listens(port), "the provider listens")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def signed_in_there(address: str, person: str) -> str:
    """Where the provider sends the browser back to, once `person` has signed in on its page."""
    with httpx.Client() as browser:
        assert 200 == browser.get(address).status_code
        answer = browser.post(address, data={"sub": person})
    assert answer.status_code in (302, 303), re.sub(r"\s+", " ", answer.text)[:500]
    return answer.headers["location"]
