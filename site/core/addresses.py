"""Normalise email addresses, so that one mailbox has the same address everywhere.

Uniqueness, suppression, limits, comments and the events of mail providers all compare addresses by
``address_key``. Sources: RFC 5321 and 5322 for the local part, RFC 5891 (IDNA 2008) and UTS 46 for
the domain, RFC 6761 for domains that no mail can reach.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

MAX_LENGTH = 254  # RFC 5321, section 4.5.3.1.3, without the angle brackets.

# No public mail server is below these (RFC 6762, appendix G; ICANN reserves "internal").
_PRIVATE_DOMAINS = {"corp", "home", "internal", "intranet", "lan", "private"}

# Their mailboxes are the same with and without dots, and under either domain.
_GMAIL_DOMAINS = {"gmail.com", "googlemail.com"}


def normalize_address(text: str) -> str:
    """Return an address in the one form that is stored: the domain in lower-case ASCII.

    The local part stays as typed, since servers may care about capitals. Raises ValidationError for
    what cannot be delivered to: quoted or internationalised local parts, which many servers do not
    take, address literals, and domains such as ``localhost`` or ``.invalid``.
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise ValidationError(EmailValidator.message, code="invalid")
    if not text.rpartition("@")[0].isascii():
        raise ValidationError(
            _(
                "Use an address that has only unaccented Latin letters, digits and symbols "
                "before the @."
            ),
            code="non_ascii_local_part",
        )
    try:
        address = _ascii(validate_email(text, check_deliverability=False, allow_smtputf8=False))
    except EmailNotValidError as error:
        raise ValidationError(EmailValidator.message, code="invalid") from error
    last_label = address.rpartition(".")[2]
    if last_label in _PRIVATE_DOMAINS or len(last_label) < 2:
        raise ValidationError(EmailValidator.message, code="invalid")
    return address


def canonical_address(text: str) -> str:
    """Return the stored form of any text that stands for an address, valid or not.

    A quoted local part that needs no quotes loses them. What cannot be parsed is returned without
    spaces around it, and with its domain in lower case.
    """
    text = text.strip()
    if len(text) <= MAX_LENGTH:
        try:
            return _ascii(_parse_leniently(text))
        except EmailNotValidError:
            pass
    local, at, domain = text.rpartition("@")
    return f"{local}{at}{domain.lower()}" if at else text


def address_key(text: str) -> str:
    """Return a key equal for all spellings of an address: its canonical form in lower case."""
    return canonical_address(text).lower()


def mailbox_key(text: str) -> str:
    """Return a key that is equal for all addresses known to reach the same mailbox.

    Tags (``ana+news@``) and Gmail's dots do not count. Only limits use it: two addresses with one
    key may still belong to two people, who subscribe separately.
    """
    local, _at, domain = address_key(text).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _GMAIL_DOMAINS:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def _parse_leniently(text: str) -> ValidatedEmail:
    return validate_email(
        text,
        check_deliverability=False,
        allow_smtputf8=True,
        allow_quoted_local=True,
        allow_domain_literal=True,
        globally_deliverable=False,
    )


def _ascii(address: ValidatedEmail) -> str:
    return f"{unicodedata.normalize('NFC', address.local_part)}@{address.ascii_domain.lower()}"
