"""The web worker by its own TLS, as a department's software meets it."""

import socket
import ssl
from pathlib import Path

import httpx
import pytest
from cryptography import x509

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
            answer = trusting.get(f"{crew.url}/departments/me/whistles")
            assert "P109" == answer.json()["code"]
            assert "max-age=31536000" == answer.headers["strict-transport-security"]
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


def _serial(port: int) -> int:
    """The serial number that a new caller is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain) as spoken,
    ):
        shown = spoken.getpeercert(binary_form=True)
    assert shown
    return x509.load_der_x509_certificate(shown).serial_number


def _is_in(file: Path) -> int:
    return x509.load_pem_x509_certificate(file.read_bytes()).serial_number


def test_a_renewed_certificate_serves_without_a_restart_and_an_open_connection_goes_on(
    tmp_path: Path,
) -> None:
    cert, key = self_signed(tmp_path)
    first = _is_in(cert)
    settings = read(home=tmp_path, port=free_port(), tls_cert=cert, tls_key=key)
    crew = Crew(settings, ["web"], pack=demo_pack())
    crew.start()
    old = ssl.create_default_context(cafile=str(cert))
    try:
        with httpx.Client(verify=old, trust_env=False) as held:
            until(lambda: _answers(held, crew.url), "the web worker listens")
            through = _connection(held, crew.url)
            assert first == _serial(settings.port)

            (tmp_path / "new").mkdir()
            new_cert, new_key = self_signed(tmp_path / "new")
            cert.write_bytes(new_cert.read_bytes())  # half of a pair: the key is still the old one's
            until(lambda: "C161" in _warned(held, crew.url), "the half is told of")
            assert 200 == held.get(f"{crew.url}/readyz").status_code
            assert first == _serial(settings.port)

            key.write_bytes(new_key.read_bytes())
            until(lambda: _serial(settings.port) == _is_in(new_cert), "new callers see the new one")
            assert [] == _warned(held, crew.url)
            assert through == _connection(held, crew.url)  # never hung up, never shaken hands again
            with httpx.Client(verify=ssl.create_default_context(cafile=str(new_cert))) as trusting:
                assert "P109" == trusting.get(f"{crew.url}/departments/me/whistles").json()["code"]
    finally:
        crew.stop()


def _warned(client: httpx.Client, url: str) -> list[str]:
    return [one["code"] for one in client.get(f"{url}/readyz").json().get("warnings", [])]


def _connection(client: httpx.Client, url: str) -> tuple[str, int]:
    """Our end of the connection that a call goes through."""
    with client.stream("GET", f"{url}/healthz") as answer:
        answer.read()
        address: tuple[str, int] = answer.extensions["network_stream"].get_extra_info("client_addr")
    return address
