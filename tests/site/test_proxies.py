"""The examples of docs/examples, run by the real programs before a server that echoes requests."""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.services import missing

EXAMPLES = Path(__file__).parent.parent.parent / "docs" / "examples"
HOST = "127.0.0.1"
MEGABYTE = 1024 * 1024


class Echo(BaseHTTPRequestHandler):
    """Answers with the request's own headers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.begun += 1
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        content = json.dumps({"path": self.path, "length": length, **self.headers}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    """A server in the place of gunicorn; ``begun`` counts the requests that reached it."""
    with ThreadingHTTPServer((HOST, 0), Echo) as server:
        server.begun = 0
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()[1]


def nginx(folder: Path, port: int, upstream: int) -> list[str]:
    """Return the command that runs the example, at a port and without TLS."""
    example = (EXAMPLES / "nginx.conf").read_text()
    example = re.sub(r" *(listen \[::\]|ssl_certificate).*\n", "", example)
    example = example.replace("listen 80;", f"listen {HOST}:{free_port()};")
    example = example.replace("listen 443 ssl http2;", f"listen {HOST}:{port};")
    example = example.replace("/srv/gazette/var/media", str(folder / "media"))
    (folder / "example.conf").write_text(example.replace(f"{HOST}:8000", f"{HOST}:{upstream}"))
    temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{name}_temp_path {folder}/{name};\n" for name in temporary)
    (folder / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}include {folder}/example.conf;\n}}\n"
    )
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]


def caddy(folder: Path, port: int, upstream: int) -> list[str]:
    """Return the command that runs the example, at a port and without TLS."""
    example = (EXAMPLES / "Caddyfile").read_text()
    example = example.replace("\tservers {", "\tadmin off\n\tauto_https off\n\tservers {", 1)
    example = example.replace("www.example.org {", f"http://{HOST}:{port} {{")
    example = example.replace("/srv/gazette/var/media", str(folder / "media"))
    path = folder / "Caddyfile"
    path.write_text(example.replace(f"{HOST}:8000", f"{HOST}:{upstream}"))
    return ["caddy", "run", "--config", str(path), "--adapter", "caddyfile"]


PROXIES = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(params=PROXIES)
def port(request, site, tmp_path) -> Iterator[int]:
    """The port of a proxy in front of the site."""
    name = request.param
    if not shutil.which(name):
        missing(name)
    for path, content in {"images/a.png": "image", "documents/a.pdf": "secret"}.items():
        (tmp_path / "media" / path).parent.mkdir(parents=True)
        (tmp_path / "media" / path).write_text(content)
    port = free_port()
    command = PROXIES[name](tmp_path, port, site.server_port)
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            env={"HOME": str(tmp_path), "PATH": "/usr/sbin:/usr/bin:/bin"},
        )
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(port: int, process: subprocess.Popen) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
    raise RuntimeError("The proxy does not listen.")


@contextmanager
def asked(port: int, method: str, path: str, body: bytes = b"", **headers: str):
    connection = HTTPConnection(HOST, port, timeout=20)
    connection.request(method, path, body or None, headers)
    yield connection.getresponse()
    connection.close()


def test_what_a_visitor_says_of_itself_does_not_reach_the_site(port):
    spoofed = {
        "X-Forwarded-For": "10.9.9.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example.com",
        "Forwarded": "for=10.9.9.9;host=evil.example.com",
        "Proxy": "evil.example.com",
        "SCRIPT_NAME": "/journal/rain",
        "PATH_INFO": "/",
        "REMOTE_USER": "admin",
        "X_Forwarded_For": "10.9.9.9",
    }
    with asked(port, "GET", "/journal/rain/", **spoofed) as answer:
        got = json.loads(answer.read())
    assert got.pop("path") == "/journal/rain/"
    assert got["Host"].startswith(HOST)
    assert got["X-Forwarded-For"] == HOST
    assert got["X-Forwarded-Proto"] == "http"
    assert not re.search(r"evil|10\.9\.9\.9|/journal/rain|admin", json.dumps(got))


@pytest.mark.parametrize(
    ("path", "size", "is_taken"),
    [
        ("/contact/", 100_000, True),
        ("/contact/", MEGABYTE, False),
        ("/admin/images/add/", 16 * MEGABYTE, True),
        ("/admin/images/add/", 65 * MEGABYTE, False),
        ("/mail/mailgun/tracking/", MEGABYTE, True),
    ],
)
def test_bodies_are_limited(port, path, size, is_taken):
    """nginx answers 413; Caddy 2.6, which only notices while it buffers, 502."""
    status = 0
    refused = suppress(BrokenPipeError, ConnectionResetError)
    with refused, asked(port, "POST", path, b"a" * size) as answer:
        status = answer.status
    assert (status == 200) is is_taken


def test_slow_visitor_does_not_reach_the_site(port, site):
    with socket.create_connection((HOST, port)) as slow:
        head = f"POST /contact/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 10\r\n\r\n"
        slow.sendall(f"{head}abc".encode())
        with asked(port, "GET", "/") as answer:
            assert answer.status == 200
        assert site.begun == 1
        slow.sendall(b"defghij")
        assert b" 200 " in slow.recv(1000)
    assert site.begun == 2


def test_media_are_served_and_private_documents_are_not(port, site):
    with asked(port, "GET", "/media/images/a.png") as answer:
        assert answer.read() == b"image"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in answer.headers["Cache-Control"]
    for path in (
        "/media/documents/a.pdf",
        "/media//documents/a.pdf",
        "/media/x/../documents/a.pdf",
        "/media/%64ocuments/a.pdf",
        "/media/images/../documents/a.pdf",
    ):
        with asked(port, "GET", path) as answer:
            assert b"secret" not in answer.read(), path
    assert site.begun == 0
