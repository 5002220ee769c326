"""Notice that the database was restored from a backup that is older than the last email sent.

Each claim of a batch is counted in the database, and the count copied to a file and to the cache. A
database that has counted less than a copy knows nothing of emails that were sent since: digests
under way are paused, and those whose posts readers may have already wait for an editor.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from ..models import Digest, SendLog
from . import controls

logger = logging.getLogger(__name__)

CACHE_KEY = "newsletter.send_log"


class Copy(NamedTuple):
    """A copy of the send log outside the database; times are in ISO format."""

    installation: str
    claims: int
    sent: Mapping[str, str]


def count_claim(digest: Digest) -> None:
    """Count the claim of a batch of a digest, in the transaction that claims it."""
    log = _locked_log()
    key, until = _key(digest), digest.until.isoformat()
    log.claims += 1
    log.sent[key] = max(until, log.sent.get(key, until))
    log.save(update_fields=["claims", "sent"])
    transaction.on_commit(partial(_store, Copy(str(log.installation), log.claims, log.sent)))


def check(now: datetime) -> None:
    """Pause what is being sent where the database was restored, and note what it misses."""
    # Copies are read first: the database is never behind a copy that was written before.
    copies = [_parse(cache.get(CACHE_KEY)), _parse(_read_file())]
    log = SendLog.objects.first()
    known = [copy for copy in copies if copy and log and copy.installation == str(log.installation)]
    latest = max(known, key=lambda copy: copy.claims, default=None)
    if latest and latest.claims > log.claims:
        _note(latest, now)


def may_repeat(digest: Digest) -> bool:
    """Return whether readers may have posts of a digest already, sent before the restore."""
    log = SendLog.objects.first()
    until = log.unknown.get(_key(digest)) if log else None
    return until is not None and digest.since < datetime.fromisoformat(until)


@transaction.atomic
def settle(digest: Digest) -> None:
    """Record that an editor has decided about the posts of a digest."""
    log = _locked_log()
    if log.unknown.pop(_key(digest), None):
        log.save(update_fields=["unknown"])


@transaction.atomic
def _note(copy: Copy, now: datetime) -> None:
    log = _locked_log()
    if copy.claims <= log.claims:
        return
    missed = {key: until for key, until in copy.sent.items() if until > log.sent.get(key, "")}
    log.claims, log.unknown = copy.claims, log.unknown | missed
    log.save(update_fields=["claims", "unknown"])
    logger.error("The database was restored from a backup made before the last emails were sent")
    for digest in Digest.objects.under_way().select_related("newsletter"):
        controls.pause(digest, "", now, Digest.PauseReason.RESTORED)


def _locked_log() -> SendLog:
    log, _ = SendLog.objects.select_for_update().get_or_create(pk=1)
    return log


def _key(digest: Digest) -> str:
    return f"{digest.newsletter_id} {digest.cadence}"


def _store(copy: Copy) -> None:
    text = json.dumps(copy)
    cache.set(CACHE_KEY, text, timeout=None)
    path = settings.NEWSLETTER_SEND_LOG_FILE
    unfinished = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        unfinished.write_text(text)
        unfinished.replace(path)
    except OSError as error:
        logger.warning("The send log could not be copied to %s: %s", path, error)


def _read_file() -> str:
    try:
        return settings.NEWSLETTER_SEND_LOG_FILE.read_text()
    except OSError:
        return ""


def _parse(text: str | None) -> Copy | None:
    try:
        installation, claims, sent = json.loads(text or "")
    except (TypeError, ValueError):
        return None
    return Copy(installation, claims, sent)
