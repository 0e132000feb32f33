"""What the pages of one process need to know people by, each made at first use."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from hub.access.vault import Vault
from hub.clock import Clock
from hub.errors import FixSettings
from hub.pack import Pack
from hub.run.ground.ledger import Ledger
from hub.run.people.elsewhere import Elsewhere
from hub.run.people.keeping import Keeping
from hub.run.people.limiting import Limiting
from hub.run.people.own import OwnPassword
from hub.run.people.provider import Client, Provider
from hub.run.people.second import SecondFactor
from hub.run.people.signing import Signing
from hub.settings import Settings
from hub.store.engine import Store
from hub.store.password import secret_in

BACK: str = "/signin/elsewhere/back"
"""Path that the identity provider sends browsers back to."""
_PATIENCE_S = 5.0


class People:
    """Signing in, accounts, and how much anybody may ask for."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        pack: Pack,
        vault: Callable[[], Vault],
        ledger: Callable[[], Ledger],
        clock: Clock,
    ) -> None:
        self._settings, self._store, self._pack = settings, store, pack
        self._vault, self._ledger, self._clock = vault, ledger, clock
        self.limiting = Limiting()

    @cached_property
    def second(self) -> SecondFactor:
        """Second factors."""
        return SecondFactor(store=self._store, vault=self._vault, ledger=self._ledger, clock=self._clock)

    @cached_property
    def signing(self) -> Signing:
        """Lets people in."""
        return Signing(
            store=self._store,
            ledger=self._ledger,
            clock=self._clock,
            second=self.second,
            asks_second=not self._settings.demo,
        )

    @cached_property
    def own(self) -> OwnPassword:
        """People's own passwords."""
        return OwnPassword(store=self._store, ledger=self._ledger, clock=self._clock, signing=self.signing)

    @cached_property
    def keeping(self) -> Keeping:
        """Accounts, for their administrators."""
        return Keeping(store=self._store, pack=self._pack, ledger=self._ledger, clock=self._clock)

    @cached_property
    def elsewhere(self) -> Elsewhere | None:
        """Signing in at the identity provider; None where the settings name none. Raises FixSettings C101 for an issuer in
        plain text on another machine, or one that does not know us."""
        settings = self._settings
        if not settings.oidc_issuer:
            return None
        _check_issuer(settings)
        client = Client(
            settings.oidc_issuer,
            settings.oidc_client_id,
            lambda: _secret(settings.oidc_secret_file),
            (settings.public_url or settings.own_url).rstrip("/") + BACK,
        )
        provider = Provider(client, httpx.Client(timeout=_PATIENCE_S, follow_redirects=False))
        return Elsewhere(store=self._store, clock=self._clock, provider=provider, signing=self.signing)


def _check_issuer(settings: Settings) -> None:
    issuer = urlsplit(settings.oidc_issuer)
    is_near = issuer.hostname in ("127.0.0.1", "::1", "localhost")
    if issuer.scheme != "https" and not (issuer.scheme == "http" and is_near):
        raise FixSettings("C101", name="oidc_issuer")
    if not settings.oidc_client_id:
        raise FixSettings("C101", name="oidc_client_id")


def _secret(file: Path | None) -> str:
    return secret_in(file) if file else ""
