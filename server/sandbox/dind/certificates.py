"""Certificates for one start of the daemon: an authority, and what it vouches for.

The authority's own key is never kept, so nobody can make a further certificate of it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from server.sandbox.driver import TlsFiles

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import (
        Certificate,
        ExtendedKeyUsage,
        KeyUsage,
        SubjectAlternativeName,
    )

_LOOPBACK = "127.0.0.1"
_CLOCK_TOLERANCE = dt.timedelta(days=1)
"""A virtual machine's clock may be late."""
_VALID_FOR = dt.timedelta(days=825)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Everything that the daemon and its client need, as PEM."""

    authority: bytes
    server: bytes
    server_key: bytes
    client: bytes
    client_key: bytes

    def keep_client(self, folder: Path) -> TlsFiles:
        """Write what the client needs, readable by this user alone, in place of what was there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = TlsFiles(
            authority=folder / "ca.pem",
            certificate=folder / "client.pem",
            key=folder / "client-key.pem",
        )
        _write_private(files.authority, self.authority)
        _write_private(files.certificate, self.client)
        _write_private(files.key, self.client_key)
        return files


@dataclass(frozen=True, slots=True, kw_only=True)
class _Authority:
    """Signs certificates."""

    certificate: Certificate
    key: EllipticCurvePrivateKey


def make_certificates() -> Certificates:
    """Return new certificates for a daemon on this machine's loopback and its one client."""
    from cryptography.x509 import ExtendedKeyUsage
    from cryptography.x509.oid import ExtendedKeyUsageOID

    authority = _make_authority()
    server = ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    client = ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    server_pem, server_key = _issue(authority, "kb sandbox daemon", server, _loopback_names())
    client_pem, client_key = _issue(authority, "kb", client, None)
    return Certificates(
        authority=_pem(authority.certificate),
        server=server_pem,
        server_key=server_key,
        client=client_pem,
        client_key=client_key,
    )


def _make_authority() -> _Authority:
    key = _new_key()
    certificate = _sign("kb sandbox authority", key, signer=key, issuer=None)
    return _Authority(certificate=certificate, key=key)


def _issue(
    authority: _Authority,
    name: str,
    usage: ExtendedKeyUsage,
    names: SubjectAlternativeName | None,
) -> tuple[bytes, bytes]:
    """Return a certificate and its key."""
    key = _new_key()
    certificate = _sign(
        name, key, signer=authority.key, issuer=authority.certificate, usage=usage, names=names
    )
    return _pem(certificate), _key_pem(key)


def _sign(
    name: str,
    key: EllipticCurvePrivateKey,
    *,
    signer: EllipticCurvePrivateKey,
    issuer: Certificate | None,
    usage: ExtendedKeyUsage | None = None,
    names: SubjectAlternativeName | None = None,
) -> Certificate:
    """Return a certificate; one without an issuer vouches for itself and for others (RFC 5280)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    own = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder(subject_name=own, issuer_name=issuer.subject if issuer else own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_TOLERANCE)
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(_key_usage(signs=issuer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    for extension in (usage, names):
        if extension is not None:
            builder = builder.add_extension(extension, critical=False)
    return builder.sign(signer, SHA256())


def _key_usage(*, signs: bool) -> KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _loopback_names() -> SubjectAlternativeName:
    from cryptography import x509

    address = x509.IPAddress(ipaddress.IPv4Address(_LOOPBACK))
    return x509.SubjectAlternativeName([address, x509.DNSName("localhost")])


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _pem(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_private(path: Path, data: bytes) -> None:
    """Write a file that was never readable by others, not even for a moment."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
