"""Colours that an editor chooses, and whether they can be read."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# WCAG 2.2, success criterion 1.4.3: text of the common size.
NEEDED_CONTRAST = 4.5
# What the accent stands on, and what stands on it: --paper and --wash in css/base.css.
LIGHT_GROUNDS = ("#fcfbf8", "#f2f0ea")
DARK_GROUNDS = ("#141618", "#1d2023")

_validate_hex = RegexValidator(
    r"^#[0-9a-fA-F]{6}\Z", gettext_lazy("Give a colour as # and six digits, as “#0b5a63”.")
)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (``#rrggbb``), from 1 to 21.

    Source: WCAG 2.2, definition of contrast ratio, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def validate_on_light(colour: str) -> None:
    """Raise ValidationError where a colour cannot be read on the page in its light colours."""
    _validate(colour, LIGHT_GROUNDS, _("Choose a darker one."))


def validate_on_dark(colour: str) -> None:
    """Raise ValidationError where a colour cannot be read on the page in its dark colours."""
    _validate(colour, DARK_GROUNDS, _("Choose a lighter one."))


def _validate(colour: str, grounds: tuple[str, ...], advice: str) -> None:
    _validate_hex(colour)
    reached = min(contrast(colour, ground) for ground in grounds)
    if reached < NEEDED_CONTRAST:
        message = _(
            "Its contrast with the page is %(reached).2f to 1, and it takes %(needed).1f to 1 for"
            " everyone to read links and buttons. %(advice)s"
        )
        raise ValidationError(
            message,
            # Cut off and not rounded: 4.499 has not reached 4.5.
            params={
                "reached": int(reached * 100) / 100,
                "needed": NEEDED_CONTRAST,
                "advice": advice,
            },
        )


def _luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2, dfn-relative-luminance), from 0 to 1."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
