"""Accept each code of an authenticator app only once.

allauth remembers used codes in the cache, which other processes may not share; here the time step
of the last code that was taken is kept with the factor, and no earlier one is taken again
(RFC 6238, section 5.2).
"""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.db import transaction

_LAST_STEP = "last_step"


def matching_step(secret: str, code: str) -> int | None:
    """Return the time step of a code, or None if the code is not valid now."""
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


@transaction.atomic
def claim_code(authenticator: Authenticator, code: str) -> bool:
    """Consume a valid code. Return whether neither it nor a later code was used before."""
    locked = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    step = matching_step(decrypt(locked.data["secret"]), code)
    if step is None or step <= locked.data.get(_LAST_STEP, 0):
        return False
    locked.data[_LAST_STEP] = step
    locked.save(update_fields=["data"])
    return True
