"""How each provider is spoken to: how it writes slots, within which limits, and what it answers.

A slot is written as a field of the provider's own templates, in HTML as a field of its own where
what fills it has to be escaped. So escaping is ours alone, and the same for all. What the content
holds that a provider would take for its own is put in as a field too; where what fills a field is
read again, there is no way to say such content in its words.

Sources are the providers' references of the calls that anymail makes, and anymail's page on each.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anymail.backends.base import AnymailBaseBackend

from ..digests.rendering import SLOTS, slot_name
from ..models import Cohort
from . import postmark
from .outcomes import UNAUTHORIZED_STATUSES, Outcome

# What fills these is the same in HTML as in text: an address of ours needs no escaping.
ADDRESSES = ("leave_url", "preferences_url")

NOTHING = re.compile(r"(?!)")

# What became of one mail, and the provider's words. None is a refusal whose reason may lie with all
# the mails of a call, such as the content or the sender.
Answer = tuple[Outcome | None, str]


@dataclass(frozen=True)
class Dialect:
    """How a provider is spoken to.

    In ``slot``, ``key`` and ``frame``, NAME stands for the name of a field, MARK for the mark of
    the cohort's slots, and CONTENT for a whole part.
    """

    limit: int  # The most recipients of one call.
    slot: str  # What stands for a field in the content …
    key: str = "NAME"  # … and for its value in a recipient's merge data.
    frame: str = "CONTENT"  # What stands around each part.
    marks: re.Pattern[str] = NOTHING  # What in content is taken for the provider's own.
    reads_values: bool = False  # Whether marks in what fills a field may be taken so too.
    extra: Mapping[str, Any] = field(default_factory=dict)  # What anymail calls ``esp_extra``.
    headers: Mapping[str, str] = field(default_factory=dict)  # What it wants to be told by these.
    refused_headers: frozenset[str] = frozenset()  # In small letters.
    joins_headers: bool = True  # Whether a recipient's own headers leave those for all in place.
    merges_one: bool = True  # Whether anymail merges for one recipient as it does for many.
    keeps_message_id: bool = False  # Whether a recipient's mail may have ours.
    answers: Callable[[Any], list[Answer]] | None = None  # Reads more of an answer than anymail.
    backend: type[AnymailBaseBackend] | None = None  # Where anymail's own would not do.


@dataclass(frozen=True)
class Content:
    """A cohort's mail in a provider's words.

    ``fields`` are the name of each slot, and the keys of what fills it in text and in HTML;
    ``constants`` what fills other fields, by their keys.
    """

    subject: str
    html: str
    text: str
    fields: list[tuple[str, str, str]]
    constants: dict[str, str]


def translated(cohort: Cohort, dialect: Dialect) -> Content | None:
    """Return a cohort's mail in a provider's words; None where it cannot be said in them.

    That is so for a slot that nothing fills, too: who fills them one by one says what is wrong.
    """
    parts = [cohort.subject, cohort.html, cohort.text]
    marks = sorted({mark for part in parts for mark in dialect.marks.findall(part)})
    if marks and dialect.reads_values:
        return None
    constants = {mark: f"mark{number}" for number, mark in enumerate(marks)}
    in_text = {name: name for name in SLOTS}
    in_html = {name: name if name in ADDRESSES else f"{name}_html" for name in SLOTS}
    slot, key = (words.replace("MARK", cohort.slot_mark) for words in (dialect.slot, dialect.key))
    slots = re.compile(slot_name(r"(\w+)", cohort.slot_mark))
    subject, html, text = (_with_fields(part, dialect.marks, slot, constants) for part in parts)
    try:
        html = _with_fields(html, slots, slot, in_html)
        text = _with_fields(text, slots, slot, in_text)
    except KeyError:
        return None
    return Content(
        subject,
        dialect.frame.replace("CONTENT", html),
        dialect.frame.replace("CONTENT", text),
        [(n, key.replace("NAME", in_text[n]), key.replace("NAME", in_html[n])) for n in SLOTS],
        {key.replace("NAME", name): mark for mark, name in constants.items()},
    )


def _with_fields(part: str, pattern: re.Pattern[str], slot: str, names: Mapping[str, str]) -> str:
    """Write what a pattern finds as fields, by the names of these. Raises KeyError for others."""
    return pattern.sub(lambda found: slot.replace("NAME", names[found[found.lastindex or 0]]), part)


def _mailjet_answers(answer: Mapping[str, Any]) -> list[Answer]:
    """Read an answer of Mailjet's Send API v3.1, whose order is that of the messages."""
    return [_mailjet_answer(message) for message in answer["Messages"]]


def _mailjet_answer(message: Mapping[str, Any]) -> Answer:
    if message["Status"] == "success":
        return Outcome.ACCEPTED, ""
    errors = message["Errors"]
    words = " ".join(error["ErrorMessage"] for error in errors)
    if any(error["StatusCode"] in UNAUTHORIZED_STATUSES for error in errors):
        return Outcome.UNAUTHORIZED, words
    is_address = any(error["ErrorCode"] == "mj-0013" for error in errors)
    return Outcome.REFUSED if is_address else None, words


DIALECTS = {
    "Mailgun": Dialect(
        limit=1000,
        slot="%recipient.NAME%",
        # The others are replaced where Mailgun is set to offer ways to unsubscribe.
        marks=re.compile(r"%(?:recipient|unsubscribe|tag_unsubscribe|mailing_list)"),
        reads_values=True,
    ),
    # "Legacy substitutions": any words may stand for a field, such as ours.
    "SendGrid": Dialect(
        limit=1000,
        slot=slot_name("NAME", "MARK"),
        key=slot_name("NAME", "MARK"),
        extra={"merge_field_format": "{}"},
        joins_headers=False,
        keeps_message_id=True,
    ),
    # Its template language is Django's, which escapes.
    "Brevo": Dialect(
        limit=1000,
        slot="{{ params.NAME }}",
        frame="{% autoescape off %}CONTENT{% endautoescape %}",
        marks=re.compile(r"\{+[%#]|\{{2,}"),
        joins_headers=False,
    ),
    "Mailjet": Dialect(
        limit=50,
        slot="{{var:NAME}}",
        marks=re.compile(r"\{[{%#]|\[\["),
        reads_values=True,
        extra={"Globals": {"TemplateLanguage": True}},
        refused_headers=frozenset({"list-id", "message-id"}),
        # Of one recipient's merge data, headers and metadata it keeps what it is given last.
        merges_one=False,
        answers=_mailjet_answers,
    ),
    # In double braces it escapes in HTML, and encodes what it takes for a part of an address.
    "SparkPost": Dialect(
        limit=2000,
        slot="{{{NAME}}}",
        marks=re.compile(r"[{}]*(?:\{\{|\}\})[{}]*"),
    ),
    # It takes 500 mails a call and 50 MB; so many of the longest, in JSON, stay well below.
    "Postmark": Dialect(
        limit=200,
        slot=slot_name("NAME", "MARK"),
        key=slot_name("NAME", "MARK"),
        headers={"X-PM-KeepID": "true"},
        keeps_message_id=True,
        answers=postmark.answers,
        backend=postmark.EmailBackend,
    ),
}
