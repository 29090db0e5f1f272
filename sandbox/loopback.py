"""The addresses on this machine, and the sockets of the two edges, on one port."""

import errno
import socket

HERE = "127.0.0.1"
"""CloudFront's edge, and everything else that has no address of its own."""
CLOUDFLARE = "127.0.0.2"
"""Cloudflare's edge."""
PORT_ATTEMPTS = 10


class NoAddressError(Exception):
    """This machine has only one loopback address."""

    def __init__(self) -> None:
        super().__init__(
            f"the sandbox needs the address {CLOUDFLARE} for Cloudflare's edge, which this machine "
            f"has not: run `sudo ifconfig lo0 alias {CLOUDFLARE}` and try again"
        )


def listen(port: int = 0) -> tuple[socket.socket, socket.socket]:
    """Listen at both addresses, on this port; 0: on one that is free at both.

    Raises:
        NoAddressError: there is no second address, as on macOS unless it is set up.
        OSError: the port is taken, or no free one was found.
    """
    for attempt in range(PORT_ATTEMPTS):
        first = socket.create_server((HERE, port))
        try:
            return first, socket.create_server((CLOUDFLARE, first.getsockname()[1]))
        except OSError as error:
            first.close()
            if error.errno == errno.EADDRNOTAVAIL:
                raise NoAddressError from error
            if error.errno != errno.EADDRINUSE or port or attempt == PORT_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")
