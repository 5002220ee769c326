"""HTTP requests as bytes, parsed by gunicorn under the site's own configuration."""

from pathlib import Path
from unittest.mock import Mock

from django.http import HttpResponse
from django.test.client import ClientHandler
from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.config import Config
from gunicorn.http import get_parser, wsgi

ROOT = Path(__file__).parent.parent
# A proxy on the same machine, as gunicorn trusts it by default.
PROXY = ("127.0.0.1", 40000)


def gunicorn_config() -> Config:
    """Return what ``gunicorn`` would do when it is started in the project's folder."""
    application = WSGIApplication.__new__(WSGIApplication)
    application.usage, application.prog, application.callable = None, None, None
    application.cfg = Config()
    application.load_config_from_file(str(ROOT / "gunicorn.conf.py"))
    return application.cfg


def parse(request: bytes, config: Config) -> dict:
    """Return the WSGI environment of a request. Raises gunicorn's errors for what it refuses."""
    parsed = next(get_parser(config, iter([request]), PROXY))
    _response, environ = wsgi.create(parsed, Mock(), PROXY, ("127.0.0.1", 8000), config)
    return environ


def send(
    target: str, *headers: str, method: str = "GET", host: str = "testserver", config: Config
) -> HttpResponse:
    """Return the site's answer to a request with these headers, written as on the wire."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *headers, "", ""]
    return ClientHandler()(parse("\r\n".join(lines).encode("latin-1"), config))
