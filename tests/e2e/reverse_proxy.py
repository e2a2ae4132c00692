"""A real nginx in front of the pages, with exactly the configuration that the program shows to its owner."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

from app.domain.reaching import Standing
from app.domain.settings import Publishing
from app.services.publishing_snippets import proxy_snippet
from tests.servers.ews.certificates import Tls, authority, pem, write

AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{server}
}}
"""
PATIENCE = 15.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def trusting() -> ssl.SSLContext:
    """A visitor's browser, which knows the authority that signed the proxy's certificate."""
    return ssl.create_default_context(cadata=pem(authority()[0]))


def nginx() -> str:
    found = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin")
    assert found, "nginx missing: sh tests/setup.sh installs what the tests need"
    return found


@contextlib.contextmanager
def proxied(folder: Path, standing: Standing, publishing: Publishing) -> Iterator[subprocess.Popen[bytes]]:
    """Runs until the end of the block, or until it is terminated."""
    domain = publishing.domain
    assert domain is not None
    write(Tls.GOOD, folder)
    server = proxy_snippet("nginx", standing, publishing)
    # The one thing that an owner fills in: where their certificate lies.
    letsencrypt = f"/etc/letsencrypt/live/{domain.host}"
    server = server.replace(f"{letsencrypt}/fullchain.pem", f"{folder}/certificate.pem")
    server = server.replace(f"{letsencrypt}/privkey.pem", f"{folder}/key.pem")
    file = folder / "nginx.conf"
    file.write_text(AROUND.format(folder=folder, server=server), encoding="utf-8")
    process = subprocess.Popen([nginx(), "-p", str(folder), "-c", str(file)], stderr=subprocess.PIPE)
    try:
        _wait(process, domain.port)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(int(PATIENCE / 0.05)):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), PATIENCE).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            assert process.stderr is not None
            raise AssertionError(process.stderr.read().decode())
    raise AssertionError("nginx does not listen")
