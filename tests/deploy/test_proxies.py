"""The proxies understand the examples of docs/deploy."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.paths import ROOT

DEPLOY = ROOT / "docs" / "deploy"


def make_certificate(place: Path) -> None:
    """A certificate of the name's own, as nginx wants one to be there."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.org")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    pem = serialization.Encoding.PEM
    (place / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    private = serialization.PrivateFormat.PKCS8
    (place / "privkey.pem").write_bytes(key.private_bytes(pem, private, serialization.NoEncryption()))


@pytest.mark.skipif(not shutil.which("caddy"), reason="no caddy here")
def test_caddy_understands_its_example(tmp_path: Path) -> None:
    text = (DEPLOY / "Caddyfile").read_text().replace("/var/log/caddy", str(tmp_path))
    (tmp_path / "Caddyfile").write_text(text)
    done = subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile"],
        env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_understands_its_example(tmp_path: Path) -> None:
    make_certificate(tmp_path)
    text = (DEPLOY / "nginx.conf").read_text()
    for there in ("/etc/letsencrypt/live/example.org", "/var/cache/nginx"):
        assert there in text
        text = text.replace(there, str(tmp_path))
    main = tmp_path / "main.conf"
    logs = f"access_log {tmp_path}/access.log; error_log {tmp_path}/error.log;"
    main.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {logs}\n{text}\n}}\n")
    done = subprocess.run(
        ["nginx", "-t", "-q", "-p", tmp_path, "-c", main], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
