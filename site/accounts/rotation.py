"""Encrypts secrets again after ``SECRET_KEY`` was changed."""

import logging

from allauth.mfa.models import Authenticator
from django.db import transaction

from . import encryption

logger = logging.getLogger(__name__)

# The keys under which authenticator apps and recovery codes store encrypted values.
_SECRETS = ("secret", "seed")


def encrypt_again() -> None:
    """Encrypt secrets of factors under the current key where an earlier key was used."""
    for authenticator in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN):
        with transaction.atomic():
            locked = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
            if locked and _renew(locked):
                locked.save(update_fields=["data"])


def _renew(authenticator: Authenticator) -> bool:
    """Re-encrypt the secrets of a factor if necessary, and return whether any was re-encrypted."""
    tokens = {name: authenticator.data[name] for name in _SECRETS if name in authenticator.data}
    outdated = {name: token for name, token in tokens.items() if not encryption.is_current(token)}
    try:
        renewed = {
            name: encryption.encrypt(encryption.decrypt(token)) for name, token in outdated.items()
        }
    except encryption.UnreadableSecretError:
        logger.error(
            "A second factor of user %s cannot be decrypted: is SECRET_KEY_FALLBACKS complete?",
            authenticator.user_id,
        )
        return False
    authenticator.data.update(renewed)
    return bool(renewed)
