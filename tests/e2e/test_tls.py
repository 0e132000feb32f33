"""The web worker by its own TLS, as a department's software meets it."""

import ssl
from pathlib import Path

import httpx
import pytest

from hub.crew import Crew
from hub.errors import FixSettings
from hub.run.servers import free_port
from hub.settings import read
from tests.certificates import self_signed
from tests.connected.patience import until
from tests.instruments import demo_pack


def test_with_a_certificate_the_web_worker_speaks_https_and_nothing_else(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    settings = read(home=tmp_path, port=free_port(), tls_cert=cert, tls_key=key)
    crew = Crew(settings, ["web"], pack=demo_pack())
    crew.start()
    try:
        assert crew.url == f"https://127.0.0.1:{settings.port}"
        with httpx.Client(verify=ssl.create_default_context(cafile=str(cert))) as trusting:
            until(lambda: _answers(trusting, crew.url), "the web worker listens")
            assert "P109" == trusting.get(f"{crew.url}/departments/me/whistles").json()["code"]
        with httpx.Client(trust_env=False) as plain, pytest.raises(httpx.HTTPError):
            plain.get(f"http://127.0.0.1:{settings.port}/")
        with httpx.Client(trust_env=False) as doubting, pytest.raises(httpx.ConnectError):
            doubting.get(crew.url)
    finally:
        crew.stop()


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        client.get(url)
    except httpx.ConnectError:
        return False
    return True


def test_nothing_starts_where_the_listener_would_be_open_to_others(tmp_path: Path) -> None:
    crew = Crew(read(home=tmp_path, host="10.0.0.7", port=free_port()), ["web"], pack=demo_pack())
    with pytest.raises(FixSettings) as refused:
        crew.start()
    crew.stop()
    assert "C144" == refused.value.code
