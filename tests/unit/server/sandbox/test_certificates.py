"""Certificates of the `dind` driver: made for one start, and good for nothing else."""

from __future__ import annotations

import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.sandbox.connection import open_connection
from server.sandbox.connection import why_closed as why_closed_at
from server.sandbox.dind.certificates import Certificates, make_certificates
from server.sandbox.driver import Endpoint, TlsFiles
from tests.unit.server.sandbox.fake_engine import TlsListener


def listener_of(certificates: Certificates) -> TlsListener:
    return TlsListener(
        {
            "kb-sandbox/ca.pem": certificates.authority,
            "kb-sandbox/server.pem": certificates.server,
            "kb-sandbox/server-key.pem": certificates.server_key,
        }
    )


@pytest.fixture
def listen() -> Iterator[Callable[[Certificates], TlsListener]]:
    made: list[TlsListener] = []

    def start(certificates: Certificates) -> TlsListener:
        made.append(listener_of(certificates))
        return made[-1]

    yield start
    for each in made:
        each.close()


def endpoint_of(listener: TlsListener, tls: TlsFiles | None) -> Endpoint:
    return Endpoint(
        base_url=f"https://127.0.0.1:{listener.port}",
        label="kb.sandbox=1",
        ports_host="127.0.0.1",
        tls=tls,
    )


def why_closed(endpoint: Endpoint) -> OSError | None:
    return why_closed_at(endpoint.base_url, endpoint.tls)


def hangs_up_at_once(endpoint: Endpoint) -> bool:
    """Read once: a listener that took the certificate closes in order, one that did not, resets."""
    with open_connection(endpoint.base_url, endpoint.tls, timeout_s=5) as connection:
        try:
            return connection.recv(1) == b""
        except OSError:
            return False


def test_both_sides_know_each_other(
    tmp_path: Path, listen: Callable[[Certificates], TlsListener]
) -> None:
    certificates = make_certificates()
    endpoint = endpoint_of(listen(certificates), certificates.keep_client(tmp_path / "tls"))
    assert why_closed(endpoint) is None
    assert hangs_up_at_once(endpoint)


def test_a_daemon_of_another_start_is_refused(
    tmp_path: Path, listen: Callable[[Certificates], TlsListener]
) -> None:
    listener = listen(make_certificates())
    reason = why_closed(endpoint_of(listener, make_certificates().keep_client(tmp_path)))
    assert "CERTIFICATE_VERIFY_FAILED" in str(reason)


def test_a_client_of_another_start_is_refused(
    tmp_path: Path, listen: Callable[[Certificates], TlsListener]
) -> None:
    certificates, other = make_certificates(), make_certificates()
    mixed = replace(certificates, client=other.client, client_key=other.client_key)
    endpoint = endpoint_of(listen(certificates), mixed.keep_client(tmp_path))
    assert not hangs_up_at_once(endpoint)


def test_the_daemons_certificate_is_no_clients(
    tmp_path: Path, listen: Callable[[Certificates], TlsListener]
) -> None:
    certificates = make_certificates()
    mixed = replace(certificates, client=certificates.server, client_key=certificates.server_key)
    endpoint = endpoint_of(listen(certificates), mixed.keep_client(tmp_path))
    assert not hangs_up_at_once(endpoint)


def test_another_name_is_refused(
    tmp_path: Path, listen: Callable[[Certificates], TlsListener], monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = make_certificates()
    listener = listen(certificates)
    endpoint = replace(
        endpoint_of(listener, certificates.keep_client(tmp_path)),
        base_url=f"https://127.0.0.2:{listener.port}",
    )
    real = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda address, timeout: real(("127.0.0.1", address[1]))
    )
    assert "IP address mismatch" in str(why_closed(endpoint))


def test_the_clients_files_are_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "tls"
    first = make_certificates().keep_client(folder)
    first.key.chmod(0o644)
    old = first.key.read_bytes()
    tls = make_certificates().keep_client(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (tls.authority, tls.certificate, tls.key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tls.key.read_bytes() != old
    assert sorted(path.name for path in folder.iterdir()) == [
        "ca.pem", "client-key.pem", "client.pem",
    ]  # fmt: skip


def test_only_the_authority_vouches_for_others_and_its_key_is_not_kept() -> None:
    from cryptography import x509

    certificates = make_certificates()
    for pem, vouches in (
        (certificates.authority, True),
        (certificates.server, False),
        (certificates.client, False),
    ):
        certificate = x509.load_pem_x509_certificate(pem)
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.value.ca is vouches
        assert constraints.critical
    keys = {certificates.server_key, certificates.client_key}
    authority = x509.load_pem_x509_certificate(certificates.authority).public_key()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    assert authority not in [load_pem_private_key(key, None).public_key() for key in keys]
