"""Free ports of this machine's loopback."""

from __future__ import annotations

import contextlib
import socket


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback that nothing listens on now.

    An engine in a virtual machine would choose them there, and may then not get them here: Windows
    keeps whole ranges to itself.
    """
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(each.getsockname()[1]) for each in taken]
