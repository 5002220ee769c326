"""Secrets, mail and the database are for the site's own user; media and static files are not."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.mail import EmailMessage

from config import permissions
from config.broker import Channel
from localmail.backend import EmailBackend

ROOT = Path(__file__).parent.parent.parent.parent
# It leaves without closing the database, whose files beside it would else be gone.
WRITE = """
import os
from django.db import connection
connection.cursor().execute("CREATE TABLE t (i)")
os._exit(0)
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_umask():
    """Files are for everyone to read, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("is_there", [False, True])
def test_database_is_private(tmp_path, open_umask, is_there):
    database = tmp_path / "db.sqlite3"
    if is_there:
        database.touch()
        assert mode(database) == 0o644
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{database}"}
    subprocess.run([sys.executable, "-c", WRITE], cwd=ROOT, env=environment, check=True)
    files = {path.name: mode(path) for path in tmp_path.iterdir()}
    assert files == dict.fromkeys(("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"), 0o600)


@pytest.mark.skipif(not shutil.which("make"), reason="make is not there.")
def test_secrets_are_private_from_the_beginning(tmp_path, open_umask):
    make = ["make", "--file", str(ROOT / "Makefile"), ".env", f"BIN={Path(sys.executable).parent}"]
    subprocess.run(make, cwd=tmp_path, check=True)
    assert mode(tmp_path / ".env") == 0o600
    assert "SECRET_KEY=" in (tmp_path / ".env").read_text()


def test_mail_and_messages_are_private(tmp_path, settings):
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    EmailBackend().send_messages([EmailMessage("A", "B", "a@example.org", ["b@example.org"])])
    folder = tmp_path / "messages"
    folder.mkdir()
    channel = Channel.__new__(Channel)
    channel.data_folder_out = folder
    channel._put("default", {})
    assert [mode(path) for path in tmp_path.rglob("*")].count(0o700) == 2
    assert {mode(path) for path in tmp_path.rglob("*.*")} == {0o600}


def test_media_can_be_read_by_a_web_server(tmp_path):
    storage = FileSystemStorage(tmp_path / "media")
    name = storage.save("images/a.png", ContentFile(b"a"))
    assert mode(Path(storage.path(name))) == 0o644
    assert mode(tmp_path / "media") == mode(tmp_path / "media" / "images") == 0o755


@pytest.mark.parametrize(
    ("sendfile", "modes"), [("none", (0o600, 0o700)), ("x-accel-redirect", (0o640, 0o750))]
)
def test_uploads_are_for_the_site_and_for_the_web_server_that_sends_them(tmp_path, sendfile, modes):
    code = (
        "import django; django.setup()\n"
        "from django.core.files.base import ContentFile\n"
        "from config.settings import STORAGES\n"
        "from core.storage import PrivateFileStorage\n"
        "storage = PrivateFileStorage(**STORAGES['default']['OPTIONS'])\n"
        "storage.save('documents/a.pdf', ContentFile(b'a'))\n"
    )
    folder = tmp_path / "private"
    variables = {"PRIVATE_MEDIA_ROOT": str(folder), "SENDFILE": sendfile}
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", code]
    subprocess.run(command, cwd=ROOT, env=os.environ | settings | variables, check=True)
    found = [mode(folder / name) for name in ("documents/a.pdf", "documents", "")]
    assert found == [modes[0], modes[1], modes[1]]


def test_what_others_could_read_is_taken_from_them_at_the_start(tmp_path, open_umask):
    var = tmp_path / "var"
    for name in ("media", "mailbox", "www/static"):
        (var / name).mkdir(parents=True)
    (var / "db.sqlite3").touch()
    (var / "link").symlink_to(tmp_path)
    permissions.make_passage(var)
    permissions.restrict(permissions.contents(var, but_for=(var / "media", var / "www" / "static")))
    modes = {path.name: oct(mode(path)) for path in var.iterdir()}
    assert modes == {
        "media": "0o755",
        "www": "0o755",
        "mailbox": "0o700",
        "db.sqlite3": "0o600",
        "link": oct(mode(tmp_path)),
    }
    assert mode(var) == 0o711


def test_new_folder_can_be_passed_through(tmp_path):
    permissions.make_passage(tmp_path / "var")
    assert mode(tmp_path / "var") == 0o711


def test_secrets_that_others_can_read_are_warned_of(tmp_path, settings):
    from config.checks import check_secrets_are_private

    settings.BASE_DIR = tmp_path
    assert not check_secrets_are_private()
    (tmp_path / ".env").touch()
    (tmp_path / ".env").chmod(0o640)
    assert not check_secrets_are_private()
    (tmp_path / ".env").chmod(0o644)
    assert [warning.id for warning in check_secrets_are_private()] == ["gazette.W010"]
