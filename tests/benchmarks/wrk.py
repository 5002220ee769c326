"""wrk, which asks for a page as often as it is answered, and what it says."""

import re
import shutil
import subprocess
from dataclasses import dataclass

from .harness import NotMeasured

CONNECTIONS = 4
# Pages are kept under the names of the site alone.
HOST_NAME = "localhost"
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Load:
    """Requests a second, and milliseconds within which half and 99 of 100 were answered."""

    rate: float
    p50: float
    p99: float


def load(url: str, seconds: int) -> Load:
    """Return how fast a page is answered, compressed as browsers ask for it.

    Raises NotMeasured where wrk is not there, or an answer is not a page.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise NotMeasured("wrk is not in PATH. Debian has it: apt-get install wrk")
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s", "--latency"]
    headers = ["-H", "Accept-Encoding: gzip", "-H", f"Host: {HOST_NAME}"]
    done = subprocess.run([*command, *headers, url], capture_output=True, text=True)
    said = done.stdout
    if done.returncode or "Non-2xx" in said or "Socket errors" in said:
        raise NotMeasured(f"{url}:\n{said}{done.stderr}")
    return Load(
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
        p50=_milliseconds(said, "50%"),
        p99=_milliseconds(said, "99%"),
    )


def _milliseconds(said: str, share: str) -> float:
    number, unit = re.search(rf"{share}\s+([\d.]+)(us|ms|s)\b", said).groups()
    return float(number) * _UNITS[unit]
