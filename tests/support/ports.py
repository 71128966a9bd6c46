"""A port of this machine for a server of a test's own."""

import socket
import subprocess
import time


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_for(port: int, server: "subprocess.Popen[bytes]", seconds: int = 120) -> None:
    """Until the server answers; an AssertionError where it ended instead, or takes too long."""
    for _ in range(seconds * 5):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, f"{server.args!r} ended with {server.returncode}"
        time.sleep(0.2)
    raise AssertionError(f"{server.args!r} does not respond after {seconds} s")
