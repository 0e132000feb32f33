"""Machines: a token for a key, for ten minutes and no longer than the key; a certificate in place of one."""

import ssl
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from hub.crew import Crew
from hub.plugin import PeerReply, PeerRequest, Received
from hub.run.people.limiting import MISSES_OF_ADDRESS
from hub.run.people.machines import LIFETIME
from hub.run.servers import free_port
from hub.settings import read
from hub.store import principals
from tests.certificates import self_signed
from tests.connected.patience import until
from tests.e2e.served import key_for, served
from tests.instruments import HubInHand, demo_pack

pytestmark = pytest.mark.doors
READS = "/departments/me/contracts"
ACKNOWLEDGE = "/departments/me/whistles/acknowledgements"


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


def asked(
    url: str, name: str, key: str, *, in_body: bool = False, **form: str
) -> tuple[int, Mapping[str, object]]:
    """What the hub says to somebody who asks for a token."""
    sent = {"grant_type": "client_credentials"} | form
    if in_body:
        sent |= {"client_id": name, "client_secret": key}
    answer = httpx.post(f"{url}/oauth/token", data=sent, auth=None if in_body else (name, key))
    return answer.status_code, answer.json()


def with_token(url: str, token: object, path: str = READS, method: str = "GET") -> tuple[int, str]:
    """Status and code of a call with `token`."""
    answer = httpx.request(
        method,
        f"{url}{path}",
        headers={"authorization": f"Bearer {token}"},
        json={"ids": []} if method == "POST" else None,
    )
    return answer.status_code, answer.json().get("code", "") if answer.status_code >= 400 else ""


@pytest.mark.parametrize("in_body", [False, True])
def test_a_token_speaks_for_its_key_for_ten_minutes(hub: HubInHand, url: str, in_body: bool) -> None:
    key = key_for(hub, "zilai")
    status, told = asked(url, "zilai", key, in_body=in_body)
    assert (200, "Bearer", 600, "read write") == (
        status,
        told["token_type"],
        told["expires_in"],
        told["scope"],
    )
    token = told["access_token"]
    assert [(200, ""), (200, "")] == [
        with_token(url, token),
        with_token(url, token, ACKNOWLEDGE, "POST"),
    ]
    assert str(token) not in str(hub.rows("SELECT * FROM access_token"))
    hub.clock.pause((LIFETIME - timedelta(seconds=1)).total_seconds())
    assert (200, "") == with_token(url, token)
    hub.clock.pause(2)
    assert (401, "P109") == with_token(url, token)


def test_a_token_ends_with_its_key(hub: HubInHand, url: str) -> None:
    key = key_for(hub, "zilai")
    _, told = asked(url, "zilai", key)
    with hub.hub.store.write() as conn:
        principals.revoke(conn, key, hub.clock.now())
    assert (401, "P109") == with_token(url, told["access_token"])
    assert 401 == asked(url, "zilai", key)[0]


def test_a_token_is_for_its_scope_alone(hub: HubInHand, url: str) -> None:
    key = key_for(hub, "zilai")
    _, reads = asked(url, "zilai", key, scope="read")
    _, writes = asked(url, "zilai", key, scope="write")
    assert [(200, ""), (403, "A340")] == [
        with_token(url, reads["access_token"]),
        with_token(url, reads["access_token"], ACKNOWLEDGE, "POST"),
    ]
    assert [(403, "A340"), (200, "")] == [
        with_token(url, writes["access_token"]),
        with_token(url, writes["access_token"], ACKNOWLEDGE, "POST"),
    ]


def test_a_token_is_asked_for_by_the_callers_name_or_the_keys_id(hub: HubInHand, url: str) -> None:
    key = key_for(hub, "zilai")
    assert 200 == asked(url, principals.id_of(key), key)[0]


@pytest.mark.parametrize(
    ("name", "key", "scope"),
    [("chengguan", "", ""), ("zilai", "0" * 64, ""), ("zilai", "none", ""), ("zilai", "", "admin")],
)
def test_who_has_no_key_of_that_name_gets_no_token(
    hub: HubInHand, url: str, name: str, key: str, scope: str
) -> None:
    status, told = asked(url, name, key or key_for(hub, "zilai"), scope=scope)
    assert (401, "invalid_client", "A341") == (status, told["error"], told["code"])


def test_keys_cannot_be_tried_out(hub: HubInHand, url: str) -> None:
    for _ in range(MISSES_OF_ADDRESS.amount):
        assert 401 == asked(url, "zilai", "0" * 64)[0]
    answer = httpx.post(
        f"{url}/oauth/token", data={"grant_type": "client_credentials"}, auth=("zilai", key_for(hub, "zilai"))
    )
    assert (429, "A337") == (answer.status_code, answer.json()["code"])
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60


class Unsigned:
    """A source whose protocol has no signature: it takes what the hub knows the sender of."""

    def __init__(self) -> None:
        self.known: list[bool] = []

    def check(self) -> None:
        """Always there."""

    def receive(self, request: PeerRequest) -> Received:
        """Notes whether the hub knew who sent it."""
        self.known.append(request.known)
        return Received(bodies=(), reply=PeerReply(204), failed=PeerReply(503))

    def close(self) -> None:
        """Nothing is open."""


def test_a_source_with_a_key_of_its_own_is_known_to_its_adapter_and_no_other_is(
    hub: HubInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = Unsigned()
    monkeypatch.setattr(hub.hub.gateway, "_sources", ["file_import"])
    monkeypatch.setattr(hub.hub.gateway, "_lent", lambda _: Lent(adapter))
    with hub.hub.store.write() as conn:
        for kind, name, registered in (
            ("source", "file_import", "a" * 64),
            ("source", "police_grid", "b" * 64),
            ("department", "file_import", "c" * 64),
        ):
            principals.register(conn, principals.Principal(kind, name), registered, hub.clock.now())
    with served(hub) as url:
        _, told = asked(url, "file_import", "a" * 64)
        for key in ("a" * 64, str(told["access_token"]), "b" * 64, "c" * 64, "d" * 64):
            httpx.post(f"{url}/in/file_import/", headers={"authorization": f"Bearer {key}"})
        httpx.post(f"{url}/in/file_import/")
        assert 401 == httpx.get(f"{url}/account", headers={"authorization": f"Bearer {'a' * 64}"}).status_code
    assert [True, True, False, False, False, False] == adapter.known


class Lent:
    """The adapter, for one request."""

    def __init__(self, adapter: Unsigned) -> None:
        self._adapter = adapter

    def __enter__(self) -> Unsigned:
        return self._adapter

    def __exit__(self, *_: object) -> None:
        """It goes on."""


def test_a_certificate_of_our_issuer_speaks_for_whom_it_was_given(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    for name in ("ours", "strange"):
        (tmp_path / name).mkdir()
    ours, strange = (self_signed(tmp_path / name) for name in ("ours", "strange"))
    settings = read(home=tmp_path, port=free_port(), tls_cert=cert, tls_key=key, tls_client_ca=ours[0])
    crew = Crew(settings, ["web"], pack=demo_pack())
    with crew.hub.store.write() as conn:
        who = principals.Principal("department", "zilai")
        digest = fingerprint(ours[0])
        assert principals.certify(conn, who, digest, crew.hub.clock.now())
        assert not principals.certify(conn, principals.Principal("staff", "li"), digest, crew.hub.clock.now())
    crew.start()
    try:
        until(lambda: called(crew.url, cert) == 401, "the web worker listens")
        assert 200 == called(crew.url, cert, ours)
        with pytest.raises(httpx.TransportError):
            called(crew.url, cert, strange)
        assert 401 == called(crew.url, cert, key=digest)
        with crew.hub.store.write() as conn:
            assert principals.revoke_id(conn, digest[:16], crew.hub.clock.now())
        assert 401 == called(crew.url, cert, ours)
    finally:
        crew.stop()


def fingerprint(cert: Path) -> str:
    """SHA-256 of a certificate."""
    return x509.load_pem_x509_certificate(cert.read_bytes()).fingerprint(SHA256()).hex()


def called(url: str, trusts: Path, shows: tuple[Path, Path] | None = None, key: str = "") -> int:
    """The status of a call over TLS; 0 while nobody listens."""
    context = ssl.create_default_context(cafile=str(trusts))
    if shows:
        context.load_cert_chain(*shows)
    headers = {"authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(verify=context, trust_env=False) as client:
        try:
            return client.get(f"{url}{READS}", headers=headers).status_code
        except httpx.ConnectError:
            if shows:
                raise
            return 0
