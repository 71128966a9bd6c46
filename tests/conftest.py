"""For every test: no network but this machine's own servers, and no settings from the developer's shell."""

import socket

import pytest

from tests.support.homes import any_home, real_home, simulated_home  # noqa: F401

LOOPBACK = ("127.0.0.1", "::1", "localhost")
VARIABLES = (
    "MACROTAPE_HOME",
    "MACROTAPE_SOURCES",
    "MACROTAPE_NOW",
    "MACROTAPE_USER_AGENT",
    "FRED_API_KEY",
    "EIA_API_KEY",
)


@pytest.fixture(autouse=True, scope="session")
def _no_network():
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise OSError(f"tests have no network: {address[0]} was asked for")
        return connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
