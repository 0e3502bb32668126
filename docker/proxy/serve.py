"""The one way out of the services: a proxy that reaches the hosts that are configured, no other.

    serve.py [CONFIGURATION]     writes the configuration, and becomes tinyproxy

Allowed are the hosts of the sources in county.toml (addresses, databases, ``allowed_hosts``) and
those that ``PROXY_ALSO`` names besides (a chat, a server of lineage or of metrics), through the
ports of ``PROXY_PORTS``. A county that has a proxy of its own names it in ``PROXY_UPSTREAM``.
Whoever asks for another host gets status 403, and the log has a line.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from kreishaus.settings import read_settings

PROGRAM = "tinyproxy"
PORT = 3128
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.I)
CONFIGURATION = """\
Port {port}
Listen {listen}
Timeout 900
MaxClients 50
LogLevel Notice
DisableViaHeader Yes
Filter "{filter}"
FilterDefaultDeny Yes
FilterType ere
FilterURLs Off
FilterCaseSensitive Off
"""


def main() -> None:
    """Write the configuration from settings and environment, and run the proxy by it."""
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/tinyproxy.conf")
    write(
        file,
        hosts={*read_settings().hosts, *words("PROXY_ALSO")},
        ports=[int(port) for port in words("PROXY_PORTS") or ["443"]],
        upstream=os.environ.get("PROXY_UPSTREAM", ""),
    )
    os.execlp(PROGRAM, PROGRAM, "-d", "-c", str(file))


def words(name: str) -> list[str]:
    """The words of a variable, parted by commas or spaces."""
    return re.split(r"[,\s]+", os.environ[name].strip()) if os.environ.get(name, "").strip() else []


def write(
    file: Path,
    *,
    hosts: Iterable[str],
    ports: Iterable[int],
    upstream: str = "",
    listen: str = "0.0.0.0",
    port: int = PORT,
) -> None:
    """Write tinyproxy's configuration, and beside it the list of ``hosts``.

    Raises ``ValueError`` for a host that is no name: a pattern would allow more than is meant.
    """
    allowed = file.with_suffix(".hosts")
    lines = [CONFIGURATION.format(port=port, listen=listen, filter=allowed)]
    lines += [f"ConnectPort {number}\n" for number in sorted(set(ports))]
    if upstream:
        lines.append(f"Upstream http {_place(upstream)}\n")
    allowed.write_text("".join(f"^{_pattern(host)}$\n" for host in sorted(set(hosts))))
    file.write_text("".join(lines))


def _pattern(host: str) -> str:
    if not HOST.fullmatch(host):
        raise ValueError(f"{host!r} is no name of a host such as www.county.example")
    return host.replace(".", r"\.")


def _place(upstream: str) -> str:
    """``host:port`` of a county's proxy, with or without its ``http://``."""
    place = upstream.removeprefix("http://").rstrip("/")
    name, _, port = place.rpartition(":")
    if not (HOST.fullmatch(name) and port.isdigit()):
        raise ValueError(
            f"PROXY_UPSTREAM {upstream!r} is no address such as proxy.county.example:3128"
        )
    return place


if __name__ == "__main__":
    main()
