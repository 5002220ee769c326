"""Encryption of what is secret in the database and must be read again.

Keys are derived from ``SECRET_KEY`` (HKDF, RFC 5869); those of ``SECRET_KEY_FALLBACKS`` decrypt
too, so that a change of the key locks nobody out.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"accounts.encryption"


class UnreadableSecretError(Exception):
    """Raised for a text that none of the keys decrypts."""


def encrypt(text: str) -> str:
    """Encrypt a text under the current key."""
    return _fernet(settings.SECRET_KEY).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt a text. Raises UnreadableSecretError if no key fits."""
    try:
        return _all_keys().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecretError from error


def is_current(token: str) -> bool:
    """Return whether a text is encrypted under the current key."""
    try:
        _fernet(settings.SECRET_KEY).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def _all_keys() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_fernet(key) for key in keys])


def _fernet(secret: str | bytes) -> Fernet:
    material = secret.encode() if isinstance(secret, str) else secret
    derived = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(material)
    return Fernet(urlsafe_b64encode(derived))
