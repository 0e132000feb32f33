"""Codes of a second factor by time (TOTP, RFC 6238): six digits, thirty seconds a step. Pure."""

import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import pyotp

_STEP_S: Final = 30
_AROUND: Final = (0, -1, 1)
"""Steps that are looked at: clocks of telephones are off, and people type slowly."""
_ISSUER: Final = "Grid+"


def step_taken(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """The time step whose code this is; None where it is none of now, or of no step later than `after`: what was typed
    once is not taken again."""
    totp = pyotp.TOTP(secret, interval=_STEP_S)
    now = int(at.timestamp()) // _STEP_S
    plain = code.replace(" ", "").encode()
    fits: Iterable[int] = (
        now + off for off in _AROUND if hmac.compare_digest(totp.generate_otp(now + off).encode(), plain)
    )
    return next((step for step in fits if step > after), None)


def code_at(secret: str, at: datetime) -> str:
    """What an authenticator shows at that moment."""
    return pyotp.TOTP(secret, interval=_STEP_S).at(at)


def address_of(secret: str, name: str) -> str:
    """`otpauth:` address that an authenticator reads from a picture."""
    return pyotp.TOTP(secret, interval=_STEP_S).provisioning_uri(name=name, issuer_name=_ISSUER)
