"""Another SECRET_KEY: links in sent emails go on working, and the suppression list holds."""

import os
import subprocess
import sys

import pytest

from config.settings import BASE_DIR

SIGN = """
from newsletter.subscribing import links
from newsletter.models import Suppression
print(links.leave_url(5), links.preferences_url(5), links.confirm_url(5))
print(Suppression.key_of("ana@example.com"))
"""
VERIFY = """
import sys
from newsletter.subscribing import links
from newsletter.models import Suppression
signers = (links._signers["leave"], links._signers["preferences"], links._confirm)
for signer, url in zip(signers, sys.argv[1:]):
    print(signer.unsign(url.rstrip("/").rsplit("/", 1)[1]))
print(Suppression.key_of("ana@example.com"))
"""


def run(code: str, *args: str, **variables: str) -> list[str]:
    """Run code in a process of its own, whose environment has these variables."""
    start = "import django; django.setup()"
    result = subprocess.run(
        [sys.executable, "-c", start + code, *args],
        cwd=BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.split() or [result.stderr.splitlines()[-1]]


@pytest.fixture(scope="module")
def signed() -> list[str]:
    """Links that were signed with the first key, and the hash of an address."""
    return run(SIGN, SECRET_KEY="the first key")


def test_links_signed_with_an_earlier_key_work(signed):
    keys = {"SECRET_KEY": "the third key", "SECRET_KEY_FALLBACKS": "the second key, the first key"}
    assert run(VERIFY, *signed[:3], **keys) == ["5", "5", "5", signed[3]]


def test_links_signed_with_a_dropped_key_do_not(signed):
    assert "BadSignature" in run(VERIFY, *signed[:3], SECRET_KEY="the second key")[0]


def test_the_suppression_list_has_a_key_that_outlives_the_others():
    own = {"SUPPRESSION_KEY": "a key of twenty characters".replace(" ", "-")}
    first = run(SIGN, SECRET_KEY="the first key", **own)
    assert run(SIGN, SECRET_KEY="the second key", **own)[3] == first[3]
    assert run(SIGN, SECRET_KEY="the first key")[3] != first[3]
