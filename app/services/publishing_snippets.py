"""What the owner copies into the configuration of their own reverse proxy (PUB-1), complete for one domain.

Whatever a visitor claims about where they come from is thrown away there; the proxy says it instead, and proves with the secret
of this workspace that it is the one who says it (QUALITY 4.4).
"""

from __future__ import annotations

from app.domain.reaching import Standing
from app.domain.settings import Domain, Publishing

_UNTOLD = (
    "Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Forwarded", "X-Forwarded-Host",
    "X-Forwarded-Port", "X-Forwarded-Server", "X-Original-Host", "True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP",
)  # fmt: skip
"""Headers in which a visitor could claim to come from elsewhere."""
_EXAMPLE = Domain("meet.example.com")


def proxy_snippet(kind: str, standing: Standing, publishing: Publishing) -> str:
    """The configuration for ``nginx`` or ``caddy``, with this workspace's secret and port, for the default domain."""
    domain = publishing.domain or _EXAMPLE
    port = standing.port or publishing.port
    return _caddy(domain, port, standing.proxy_secret) if kind == "caddy" else _nginx(domain, port, standing.proxy_secret)


def _nginx(domain: Domain, port: int, secret: str) -> str:
    way_in = domain.port or (443 if domain.secure else 80)
    lines = ["server {", f"    listen {way_in}{' ssl' if domain.secure else ''};", f"    server_name {domain.host};"]
    if domain.secure:
        folder = f"/etc/letsencrypt/live/{domain.host}"
        lines += ["", f"    ssl_certificate     {folder}/fullchain.pem;", f"    ssl_certificate_key {folder}/privkey.pem;"]
    lines += [
        "",
        "    client_max_body_size 64k;",
        "    client_header_timeout 10s;",
        "    client_body_timeout 30s;",
        "    server_tokens off;",
        "",
        "    location / {",
        f"        proxy_pass http://127.0.0.1:{port};",
        "        proxy_http_version 1.1;",
        '        proxy_set_header Connection "";',
        "        proxy_set_header Host $http_host;",
        "        proxy_set_header X-Forwarded-For $remote_addr;",
        "        proxy_set_header X-Forwarded-Proto $scheme;",
        f"        proxy_set_header X-Aftale-Proxy {secret};",
        *(f'        proxy_set_header {name} "";' for name in _UNTOLD),
        "        proxy_connect_timeout 5s;",
        "        proxy_send_timeout 30s;",
        "        proxy_read_timeout 30s;",
        "        proxy_next_upstream off;",
        "    }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _caddy(domain: Domain, port: int, secret: str) -> str:
    lines = [
        f"{domain.origin} {{",
        "    request_body {",
        "        max_size 64KB",
        "    }",
        f"    reverse_proxy 127.0.0.1:{port} {{",
        "        header_up X-Forwarded-For {remote_host}",
        "        header_up X-Forwarded-Proto {scheme}",
        f"        header_up X-Aftale-Proxy {secret}",
        *(f"        header_up -{name}" for name in _UNTOLD),
        "        transport http {",
        "            dial_timeout 5s",
        "            response_header_timeout 30s",
        "        }",
        "    }",
        "}",
    ]
    return "\n".join(lines) + "\n"
