"""SM2 with SM3 through the system's OpenSSL 3 (libcrypto). The library this program is built with has SM3 but not SM2.

Signatures are DER (GM/T 0009), the signer's identity is the one of GM/T 0009 where none is agreed. Where the machine has no
such library, everything here raises KeyProblem with a text for people, at the time a key is configured.
"""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import hashlib
from functools import lru_cache
from typing import Any

from .algorithms import SM2, KeyProblem, Signer, Verifier

__all__ = ["available", "generate", "signer", "verifier"]

USER = b"1234567812345678"
"""Signer's identity of GM/T 0009 section 10 where the parties agree on none."""
ABSENT = "本机没有可用的 OpenSSL 3（libcrypto），不能使用 SM2 签名。请安装系统的 openssl 3.0 以上版本，或者与对方约定使用 Ed25519。"
_POINTER = ctypes.c_void_p
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "OpenSSL_version_num": (ctypes.c_ulong, ()),
    "BIO_new_mem_buf": (_POINTER, (ctypes.c_char_p, ctypes.c_int)),
    "BIO_new": (_POINTER, (_POINTER,)),
    "BIO_s_mem": (_POINTER, ()),
    "BIO_read": (ctypes.c_int, (_POINTER, ctypes.c_char_p, ctypes.c_int)),
    "BIO_free": (ctypes.c_int, (_POINTER,)),
    "PEM_read_bio_PrivateKey": (_POINTER, (_POINTER, _POINTER, _POINTER, _POINTER)),
    "PEM_read_bio_PUBKEY": (_POINTER, (_POINTER, _POINTER, _POINTER, _POINTER)),
    "PEM_write_bio_PUBKEY": (ctypes.c_int, (_POINTER, _POINTER)),
    "PEM_write_bio_PKCS8PrivateKey": (ctypes.c_int, (_POINTER,) * 7),
    "EVP_PKEY_free": (None, (_POINTER,)),
    "EVP_PKEY_is_a": (ctypes.c_int, (_POINTER, ctypes.c_char_p)),
    "EVP_PKEY_CTX_new": (_POINTER, (_POINTER, _POINTER)),
    "EVP_PKEY_CTX_new_from_name": (_POINTER, (_POINTER, ctypes.c_char_p, ctypes.c_char_p)),
    "EVP_PKEY_CTX_free": (None, (_POINTER,)),
    "EVP_PKEY_CTX_set1_id": (ctypes.c_int, (_POINTER, ctypes.c_char_p, ctypes.c_int)),
    "EVP_PKEY_keygen_init": (ctypes.c_int, (_POINTER,)),
    "EVP_PKEY_generate": (ctypes.c_int, (_POINTER, ctypes.POINTER(_POINTER))),
    "EVP_MD_CTX_new": (_POINTER, ()),
    "EVP_MD_CTX_free": (None, (_POINTER,)),
    "EVP_MD_CTX_set_pkey_ctx": (None, (_POINTER, _POINTER)),
    "EVP_sm3": (_POINTER, ()),
    "EVP_DigestSignInit": (ctypes.c_int, (_POINTER,) * 5),
    "EVP_DigestSign": (ctypes.c_int, (_POINTER, ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t), ctypes.c_char_p, ctypes.c_size_t)),
    "EVP_DigestVerifyInit": (ctypes.c_int, (_POINTER,) * 5),
    "EVP_DigestVerify": (ctypes.c_int, (_POINTER, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t)),
    "ERR_clear_error": (None, ()),
}  # fmt: skip


@lru_cache(maxsize=1)
def _library() -> Any:
    name = ctypes.util.find_library("crypto")
    if name is None:
        raise KeyProblem(ABSENT)
    try:
        found = ctypes.CDLL(name)
        for function, (result, arguments) in _SIGNATURES.items():
            entry = getattr(found, function)
            entry.restype, entry.argtypes = result, arguments
    except (OSError, AttributeError):
        raise KeyProblem(ABSENT) from None
    if found.OpenSSL_version_num() < 0x30000000 or not found.EVP_sm3():
        raise KeyProblem(ABSENT)
    return found


def available() -> bool:
    """Whether this machine can sign and verify SM2."""
    try:
        _library()
    except KeyProblem:
        return False
    return True


class _Key:
    """An EVP_PKEY, freed with its object."""

    def __init__(self, pointer: int | None) -> None:
        lib = _library()
        self.pointer = pointer
        self._free = lib.EVP_PKEY_free
        lib.ERR_clear_error()
        if not pointer:
            raise KeyProblem("密钥不能识别：请提交 PEM 格式的 SM2 密钥。")
        if lib.EVP_PKEY_is_a(pointer, b"SM2") != 1:
            raise KeyProblem("这不是 SM2 密钥。")

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self._free(self.pointer)

    def public_pem(self) -> bytes:
        lib = _library()
        bio = lib.BIO_new(lib.BIO_s_mem())
        try:
            lib.PEM_write_bio_PUBKEY(bio, self.pointer)
            return _drain(lib, bio)
        finally:
            lib.BIO_free(bio)

    def private_pem(self) -> bytes:
        lib = _library()
        bio = lib.BIO_new(lib.BIO_s_mem())
        try:
            lib.PEM_write_bio_PKCS8PrivateKey(bio, self.pointer, None, None, None, None, None)
            return _drain(lib, bio)
        finally:
            lib.BIO_free(bio)


class _Context:
    """A digest context ready to sign or verify one message with a key."""

    def __init__(self, key: _Key, begin: str) -> None:
        self.lib = lib = _library()
        self.context = lib.EVP_MD_CTX_new()
        self.of_key = lib.EVP_PKEY_CTX_new(key.pointer, None)
        lib.EVP_PKEY_CTX_set1_id(self.of_key, USER, len(USER))
        lib.EVP_MD_CTX_set_pkey_ctx(self.context, self.of_key)
        if getattr(lib, begin)(self.context, None, lib.EVP_sm3(), None, key.pointer) != 1:
            self.close()
            raise KeyProblem(ABSENT)

    def __enter__(self) -> Any:
        return self.context

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self.lib.EVP_MD_CTX_free(self.context)
        self.lib.EVP_PKEY_CTX_free(self.of_key)
        self.lib.ERR_clear_error()


def _drain(lib: Any, bio: int) -> bytes:
    buffer = ctypes.create_string_buffer(8192)
    length = lib.BIO_read(bio, buffer, len(buffer))
    return buffer.raw[: max(length, 0)]


def _read(pem: bytes, function: str) -> _Key:
    lib = _library()
    bio = lib.BIO_new_mem_buf(pem, len(pem))
    try:
        return _Key(getattr(lib, function)(bio, None, None, None))
    finally:
        lib.BIO_free(bio)


def _verifier(key: _Key) -> Verifier:
    pem = key.public_pem()
    body = b"".join(line for line in pem.splitlines() if not line.startswith(b"-----"))
    lib = _library()

    def holds(signature: bytes, message: bytes) -> bool:
        with _Context(key, "EVP_DigestVerifyInit") as context:
            return bool(lib.EVP_DigestVerify(context, signature, len(signature), message, len(message)) == 1)

    return Verifier(SM2, hashlib.sha256(base64.b64decode(body)).hexdigest(), pem.decode(), holds)


def verifier(public_pem: str) -> Verifier:
    """From a public key in PEM. Raises KeyProblem."""
    return _verifier(_read(public_pem.strip().encode() + b"\n", "PEM_read_bio_PUBKEY"))


def signer(private_pem: bytes) -> Signer:
    """From a private key in PEM. Raises KeyProblem."""
    key = _read(private_pem, "PEM_read_bio_PrivateKey")
    lib = _library()

    def sign(message: bytes) -> bytes:
        with _Context(key, "EVP_DigestSignInit") as context:
            length = ctypes.c_size_t(256)
            buffer = ctypes.create_string_buffer(256)
            if lib.EVP_DigestSign(context, buffer, ctypes.byref(length), message, len(message)) != 1:
                raise KeyProblem("SM2 签名失败，请检查密钥。")
            return buffer.raw[: length.value]

    return Signer(SM2, sign, _verifier(key))


def generate() -> bytes:
    """A new private key in PEM (PKCS#8, not encrypted)."""
    lib = _library()
    context = lib.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
    made = _POINTER()
    try:
        if lib.EVP_PKEY_keygen_init(context) != 1 or lib.EVP_PKEY_generate(context, ctypes.byref(made)) != 1:
            raise KeyProblem(ABSENT)
    finally:
        lib.EVP_PKEY_CTX_free(context)
    return _Key(made.value).private_pem()
