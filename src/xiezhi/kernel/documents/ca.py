"""A development certificate authority: made on first run so that documents can be signed and checked on any machine.

Production uses certificates of an authority licensed under the Electronic Signature Law and keys in an HSM (see
``sign.Pkcs11Signer``). The root says 仅供开发和测试 in its subject, so nobody can mistake it for one.

Keys lie under ``<keys>/`` as PEM, readable by their owner only. Nothing here ever overwrites a key.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

ROOT_DAYS = 365 * 20
UNIT_DAYS = 365 * 3
RENEW_BEFORE = timedelta(days=30)
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
# Viewers that do not know the first purpose yet accept the second for signatures.
UNIT_PURPOSES = [DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]
_CODE = re.compile(r"[0-9A-Z]{4,32}")


class KeyStoreError(Exception):
    """The key store is not usable: open to other users, incomplete, or damaged."""


@dataclass(frozen=True, slots=True)
class UnitCredential:
    """What a unit signs with. ``key_pem`` is None when the key lives in an HSM."""

    code: str
    name: str
    cert_pem: bytes
    chain_pem: tuple[bytes, ...]
    key_pem: bytes | None = None

    def __repr__(self) -> str:
        return f"UnitCredential({self.code!r}, {self.name!r})"

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.cert_pem)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hex."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def _write_new(path: Path, content: bytes, mode: int) -> None:
    """Write a file that must not exist, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _read_key(path: Path) -> bytes:
    """A private key's file; refused when others could have read it."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyStoreError(
            f"密钥文件 {path.name} 的权限是 {mode:03o}，其他用户可以读取；应当为 600。请确认没有泄露后改正权限。"
        )
    return path.read_bytes()


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class DevelopmentCA:
    """The authority in a directory (``XIEZHI_HOME/keys``). Safe for several processes at once."""

    def __init__(self, keys: Path, *, now: datetime | None = None) -> None:
        self.keys = keys
        self._now = now

    def _moment(self) -> datetime:
        return self._now or datetime.now(UTC)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.keys / "units").mkdir(exist_ok=True, mode=0o700)
        with open(self.keys / ".lock", "a", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def root(self) -> bytes:
        """The root certificate as PEM, made when there is none."""
        with self._locked():
            return self._root()[0]

    def _root(self) -> tuple[bytes, bytes]:
        cert_path, key_path = self.keys / "root.pem", self.keys / "root.key"
        if cert_path.exists() and key_path.exists():
            return cert_path.read_bytes(), _read_key(key_path)
        if cert_path.exists() or list((self.keys / "units").glob("*.pem")):
            raise KeyStoreError(
                "密钥目录不完整：缺少根证书或者根密钥，但已有签发的证书。请从备份恢复，或者换用新的目录。"
            )
        # A key without its certificate is what a crash leaves between the two writes: nothing was issued yet.
        key_path.unlink(missing_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "獬豸（仅供开发和测试）"),
            x509.NameAttribute(NameOID.COMMON_NAME, "獬豸开发根证书"),
        ])  # fmt: skip
        start = self._moment() - timedelta(days=1)
        cert = (
            x509.CertificateBuilder()
            .subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start).not_valid_after(start + timedelta(days=ROOT_DAYS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(ca=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        _write_new(key_path, _pem(key), 0o600)
        _write_new(cert_path, cert.public_bytes(serialization.Encoding.PEM), 0o644)
        return cert_path.read_bytes(), _read_key(key_path)

    def unit(self, name: str, code: str) -> UnitCredential:
        """The credential of a unit, issued when there is none, it nears its end, or the unit's name changed.

        ``code`` is the unit's unified social credit code or a stand-in of capitals and digits. Old certificates stay
        on disk: signatures made with them go on being checked.
        """
        if not _CODE.fullmatch(code):
            raise ValueError("单位代码应当为4至32位数字或者大写字母")
        if not 1 <= len(name) <= 64:
            raise ValueError("单位名称应当为1至64字")
        with self._locked():
            root_pem, root_key = self._root()
            for cert_path in sorted((self.keys / "units").glob(f"{code}.*.pem"), reverse=True):
                cert = x509.load_pem_x509_certificate(cert_path.read_bytes())
                key_path = cert_path.with_suffix(".key")
                if self._usable(cert, name) and key_path.exists():
                    return UnitCredential(code, name, cert_path.read_bytes(), (root_pem,), _read_key(key_path))
            return self._issue(name, code, root_pem, root_key)

    def _usable(self, cert: x509.Certificate, name: str) -> bool:
        names = cert.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        moment = self._moment()
        return (
            bool(names)
            and names[0].value == name
            and cert.not_valid_before_utc <= moment
            and moment + RENEW_BEFORE < cert.not_valid_after_utc
        )

    def _issue(self, name: str, code: str, root_pem: bytes, root_key: bytes) -> UnitCredential:
        root = x509.load_pem_x509_certificate(root_pem)
        issuer_key = serialization.load_pem_private_key(root_key, None)
        if not isinstance(issuer_key, ec.EllipticCurvePrivateKey):
            raise KeyStoreError("根密钥不是预期的椭圆曲线密钥")
        key = ec.generate_private_key(ec.SECP256R1())
        start = max(self._moment() - timedelta(days=1), root.not_valid_before_utc)
        subject = x509.Name([
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, code),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ])  # fmt: skip
        cert = (
            x509.CertificateBuilder()
            .subject_name(subject).issuer_name(root.subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(min(start + timedelta(days=UNIT_DAYS), root.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(UNIT_PURPOSES), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
            .sign(issuer_key, hashes.SHA256())
        )  # fmt: skip
        # The name sorts by time, then by serial: the newest certificate of a unit is the last.
        stem = f"{code}.{self._moment():%Y%m%d%H%M%S}.{cert.serial_number:040x}"
        cert_pem, key_pem = cert.public_bytes(serialization.Encoding.PEM), _pem(key)
        _write_new(self.keys / "units" / f"{stem}.key", key_pem, 0o600)
        _write_new(self.keys / "units" / f"{stem}.pem", cert_pem, 0o644)
        return UnitCredential(code, name, cert_pem, (root_pem,), key_pem)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, content_commitment=not ca, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip
