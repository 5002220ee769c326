"""What text must not hold that ends up in the headers or the first line of a mail."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_one_line(value: str) -> None:
    """Raise ValidationError where a text has a line break or another control character.

    Such a text could add headers of its own to a mail (RFC 5322, section 2.2).
    """
    if re.search(r"[\x00-\x1f\x7f\x85\u2028\u2029]", value):
        raise ValidationError(_("This may not hold line breaks or control characters."))


def validate_no_address(value: str) -> None:
    """Raise ValidationError where a text holds a web address.

    A name that is shown in mails would otherwise carry a stranger's link to a third person.
    """
    # Of a host's first label the last two letters are enough: a pattern that takes it whole would
    # be tried again from each of its letters.
    if re.search(r"://|www\.|https?:|[\w-]{2}\.[a-z]{2,}\b", value, re.IGNORECASE):
        raise ValidationError(_("A name holds no web address."))
