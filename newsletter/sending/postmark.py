"""Postmark merges stored templates only. So mails are merged here, and handed over many in a call.

A template stored for each cohort would have to be taken away again, even after a worker's death;
its bulk API has to be asked for, and answers before it has looked at any mail.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import requests
from anymail.backends import postmark
from anymail.message import AnymailRecipientStatus
from anymail.utils import EmailAddress
from django.core.mail import EmailMessage

from .outcomes import Outcome

# Error codes of Postmark's API: no such key, sender or right to send; away for now or too busy; and
# an address that it does not send to, for it bounced or complained.
ACCOUNT_CODES = {10, 400, 401, 405, 412, 413}
BUSY_CODES = {100, 429}
INACTIVE = 406
INVALID = 300


class Payload(postmark.PostmarkPayload):
    """A call of ``/email/batch`` whose messages have each their own content.

    The merge data are, for each recipient, what stands in the bodies and what to put in its place.
    """

    def init_payload(self) -> None:
        super().init_payload()
        self.fillings: Mapping[str, Mapping[str, str]] = {}
        self.pieces: dict[str, list[str]] = {}

    def set_merge_data(self, merge_data: Mapping[str, Mapping[str, str]]) -> None:
        self.fillings = merge_data

    def serialize_data(self) -> str:
        if self.fillings:
            slots = next(iter(self.fillings.values()))
            pattern = f"({'|'.join(map(re.escape, slots))})"
            self.pieces = {
                part: re.split(pattern, self.data[part]) for part in ("HtmlBody", "TextBody")
            }
        return super().serialize_data()

    def data_for_recipient(self, to: EmailAddress) -> dict[str, Any]:
        data = super().data_for_recipient(to)
        for part, pieces in self.pieces.items():
            data[part] = _filled(pieces, self.fillings[to.addr_spec])
        return data


class EmailBackend(postmark.EmailBackend):
    """anymail's backend, for such calls."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "use_bulk_api": False})

    def build_message_payload(self, message: EmailMessage, defaults: dict[str, Any]) -> Payload:
        return Payload(message, defaults, self)

    def parse_recipient_status(
        self, response: requests.Response, payload: Payload, message: EmailMessage
    ) -> dict[str, AnymailRecipientStatus]:
        """Leave the answer to many mails to ``answers``.

        anymail would give up all of them for one error, as if nobody knew of the others.
        """
        if not isinstance(self.deserialize_json_response(response, payload, message), list):
            return super().parse_recipient_status(response, payload, message)
        unknown = AnymailRecipientStatus(message_id=None, status="unknown")
        return {to.addr_spec: unknown for to in payload.to_emails}


def answers(answer: Sequence[Mapping[str, Any]]) -> list[tuple[Outcome | None, str]]:
    """Read an answer to a call of many mails; its order is that of the mails."""
    return [(_outcome(one.get("ErrorCode", 0), one["Message"]), one["Message"]) for one in answer]


def _outcome(code: int, words: str) -> Outcome | None:
    if code == 0:
        return Outcome.ACCEPTED
    if code in ACCOUNT_CODES:
        return Outcome.UNAUTHORIZED
    if code in BUSY_CODES:
        return Outcome.UNAVAILABLE
    is_address = code == INACTIVE or (code == INVALID and "'To'" in words)
    return Outcome.REFUSED if is_address else None


def _filled(pieces: list[str], values: Mapping[str, str]) -> str:
    """Join what a part was cut into: every other piece is a slot."""
    filled = pieces.copy()
    filled[1::2] = [values[slot] for slot in pieces[1::2]]
    return "".join(filled)
