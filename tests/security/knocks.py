"""How each source that pushes signs a request: what somebody could send who holds its key."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import SecretStr

from hub.plugin import Body, PeerRequest, Receives
from hub.plugin.transport.digest_auth import authorization, challenge_in
from hub.plugin.transport.signing import Headers, Signer
from tests.security.peers import Peer

Knock = Callable[[Peer, Body], PeerRequest]


def request(path: str, body: Body, headers: Mapping[str, str]) -> PeerRequest:
    """A POST to the source's own door."""
    return PeerRequest(
        method="POST", path=path, query="", headers=headers, body=body.content, peer="127.0.0.1"
    )


def _order(to: Peer, body: Body, path: str = "/orders") -> PeerRequest:
    config = to.config
    signer = Signer(config.push_key, config.push_secret, clock=to.clock, nonce=to.nonce)
    return request(path, body, signer.sign("POST", path, body=body.content))


def _upload(to: Peer, body: Body) -> PeerRequest:
    return request("/upload", body, {"x-upload-key": to.config.upload_key.get_secret_value()})


def _push(to: Peer, body: Body) -> PeerRequest:
    is_alarm = body.kind == "alarm28181"
    path = "/alarm28181" if is_alarm else "/VIID/SubscribeNotifications"
    user = to.config.gateway_id if is_alarm else to.config.platform_id
    password = to.config.gateway_password if is_alarm else to.config.push_password
    headers = {"user-identify": user, "authorization": _digest(to, path, user, password)}
    return request(path, body, headers)


def _digest(to: Peer, path: str, user: str, password: SecretStr) -> str:
    adapter: Any = to.adapter
    assert isinstance(adapter, Receives)
    asked = adapter.receive(request(path, Body(b""), {})).reply.headers["www-authenticate"]
    challenge = challenge_in(asked)
    assert challenge is not None
    return authorization(
        challenge, user=user, password=password, method="POST", uri=path, count=1, cnonce=to.nonce()
    )


def _uploaded(to: Peer, body: Body) -> PeerRequest:
    config, path = to.config, "/sj/sb"
    names = Headers("wgt-appid", "wgt-timestamp", "wgt-nonce", "wgt-sign")
    signer = Signer(config.app_id, config.push_secret, clock=to.clock, nonce=to.nonce, headers=names)
    return request(path, body, signer.sign("POST", path, body=body.content))


KNOCKS: Final[Mapping[str, Knock]] = {
    "grid_app": _uploaded,
    "hotline_12345": _order,
    "market_supervision": _upload,
    "utilities_table": _upload,
    "xueliang_video": _push,
}


def unsigned(to: Peer, body: Body) -> PeerRequest:
    """The same by somebody without the key: header values are what was sent."""
    known = KNOCKS[to.name](to, body)
    noise = body.content[:200].decode("latin-1")
    return request(known.path, body, dict.fromkeys(known.headers, noise))
