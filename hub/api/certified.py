"""HTTP over TLS where callers may come with a certificate: its digest stands in the scope of each request."""

from hashlib import sha256

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.api.doors import CERTIFICATE


class CertifiedProtocol(HttpToolsProtocol):
    """As uvicorn's own, which keeps the certificate to itself (0.54). The handshake has proved that the caller has the
    key, and whose authority signed it."""

    def on_message_begin(self) -> None:
        """A new request of this connection."""
        super().on_message_begin()
        spoken = self.transport.get_extra_info("ssl_object")
        shown = spoken.getpeercert(binary_form=True) if spoken else None
        if shown:
            self.scope[CERTIFICATE] = sha256(shown).hexdigest()  # type: ignore[typeddict-unknown-key]
