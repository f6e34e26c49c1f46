"""Signing and verifying by algorithm: one interface, whatever lies behind it.

Ed25519 is in the registry of RFC 9421 ("ed25519"). SM2 with SM3 (GB/T 32918, GM/T 0009) is not: partners that must use it
agree on the name "sm2-sm3", which stands outside that registry.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["ED25519", "SM2", "KeyProblem", "Signer", "Verifier", "signer", "verifier"]

ED25519, SM2 = "ed25519", "sm2-sm3"
"""Values of the `alg` parameter."""


class KeyProblem(ValueError):
    """A key that cannot be used here; the text says why and is shown to people as it is."""


@dataclass(frozen=True)
class Verifier:
    """A public key. `verify(signature, message)` says whether it holds. `thumbprint`: SHA-256 of the key's DER, hexadecimal."""

    alg: str
    thumbprint: str
    pem: str
    verify: Callable[[bytes, bytes], bool]


@dataclass(frozen=True)
class Signer:
    """A private key with the public one that verifies it."""

    alg: str
    sign: Callable[[bytes], bytes]
    verifier: Verifier


def verifier(kind: str, public_key: str) -> Verifier:
    """From PEM, or for Ed25519 the bare 32 bytes in base64. `kind`: ED25519 or SM2. Raises KeyProblem."""
    if kind == "ED25519":
        return _ed25519(_load_ed25519(public_key))
    if kind == "SM2":
        from . import sm2

        return sm2.verifier(public_key)
    raise KeyProblem(f"不支持的密钥类别：{kind}。")


def _load_ed25519(text: str) -> Ed25519PublicKey:
    try:
        if "-----BEGIN" in text:
            found = serialization.load_pem_public_key(text.strip().encode())
        else:
            found = Ed25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True))
    except (ValueError, binascii.Error, TypeError) as problem:
        raise KeyProblem("公钥不能识别：请提交 PEM 格式，或者 32 字节原始公钥的 Base64 文本。") from problem
    if not isinstance(found, Ed25519PublicKey):
        raise KeyProblem("这不是 Ed25519 公钥。")
    return found


def _ed25519(key: Ed25519PublicKey) -> Verifier:
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    check = key.verify

    def holds(signature: bytes, message: bytes) -> bool:
        try:
            check(signature, message)
        except InvalidSignature:
            return False
        return True

    return Verifier(ED25519, hashlib.sha256(der).hexdigest(), pem, holds)


def signer(pem: bytes) -> Signer:
    """From a private key in PEM (PKCS#8), Ed25519 or SM2. Raises KeyProblem."""
    try:
        key = serialization.load_pem_private_key(pem, None)
    except Exception:
        # SM2 keys have a curve that the library in use does not know; it says so in several ways.
        from . import sm2

        return sm2.signer(pem)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem("请使用 Ed25519 或者 SM2 私钥。")
    return Signer(ED25519, key.sign, _ed25519(key.public_key()))
