"""What tests need from the machine, and what happens where it is not there."""

import os
import socket
from typing import NoReturn

import pytest


def missing(name: str) -> NoReturn:
    """Skip the test by the name of what it lacks; in continuous integration, fail it."""
    message = f"{name} is not there."
    if os.environ.get("CI") == "true":
        pytest.fail(f"{message} Continuous integration must have it.", pytrace=False)
    pytest.skip(message)


def need(name: str, port: int) -> None:
    """Go on only where a service listens at a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", port)):
            missing(f"{name} at port {port}")
