"""Records of the exchange: who may ask for what, what was asked, and the copies that answer."""

from .calls import CallBatch, CallLog, CallPerson, Delayed, Meter, Tail
from .parties import (
    Caller,
    CallerKey,
    CallerState,
    Direction,
    Environment,
    Grant,
    GrantEvent,
    GrantState,
    KeyKind,
    Policy,
    QuotaUse,
)
from .serving import Nonce, ServedRow, ServedTable

__all__ = [
    "CallBatch", "CallLog", "CallPerson", "Caller", "CallerKey", "CallerState", "Delayed", "Direction", "Environment", "Grant", "GrantEvent",
    "GrantState", "KeyKind", "Meter", "Nonce", "Policy", "QuotaUse", "ServedRow", "ServedTable", "Tail",
]  # fmt: skip
