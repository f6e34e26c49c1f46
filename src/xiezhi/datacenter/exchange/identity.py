"""Our own keys: the exchange signs its answers, and its requests to others, with them. Files in EXCHANGE_DIR, mode 0600."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings

from .signatures import algorithms, sm2
from .signatures.algorithms import ED25519, SM2, Signer

__all__ = ["Own", "own", "published"]


class Own:
    """A key of ours and the id by which partners know it."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self.alg = signer.alg
        self.sign = signer.sign
        self.key_id = f"xiezhi:{signer.verifier.thumbprint[:16]}"


def own(alg: str = ED25519) -> Own:
    """The key for an algorithm, made on first use. Raises KeyProblem for SM2 where the machine cannot."""
    return _own(alg, str(settings.EXCHANGE_DIR))


@lru_cache(maxsize=8)
def _own(alg: str, folder: str) -> Own:
    path = Path(folder) / ("answers-sm2.pem" if alg == SM2 else "answers-ed25519.pem")
    if not path.exists():
        pem = sm2.generate() if alg == SM2 else _new()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(pem)
        try:
            os.link(temporary, path)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return Own(algorithms.signer(path.read_bytes()))


def _new() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def published() -> dict[str, Any]:
    """Our public keys as partners fetch them. SM2 only where it was ever used."""
    keys = [own()]
    if (Path(settings.EXCHANGE_DIR) / "answers-sm2.pem").exists() and sm2.available():
        keys.append(own(SM2))
    listed = [{"keyid": key.key_id, "alg": key.alg, "public_key": key.signer.verifier.pem} for key in keys]
    retired = Path(settings.EXCHANGE_DIR) / "retired.json"
    if retired.exists():  # keys that signed earlier answers, so that those can still be verified
        listed += json.loads(retired.read_text())
    return {"keys": listed}
