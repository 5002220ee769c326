"""The calls of the provider for tests: read, merged and answered as providers' references say.

Where a reference leaves open what becomes of something, the stub does the worse.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from django.template import Context, Engine, TemplateSyntaxError


@dataclass(frozen=True)
class Received:
    """The mail that one recipient would get; ``seen`` are the addresses in its To."""

    recipient: str
    seen: list[str]
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    metadata: Mapping[str, str]


class Refused(Exception):
    """A call that is refused as a whole: with a status, and an answer in JSON."""

    def __init__(self, status: int, answer: Any) -> None:
        super().__init__(status, answer)
        self.status = status
        self.answer = answer


@dataclass(frozen=True)
class Call:
    """A provider's call.

    ``settings`` are anymail's, with BASE for the address of the server. ``addresses`` and ``mails``
    read the body of a call to a path; ``answer`` returns the status and the answer to a call for
    some addresses, of which some are refused, and raises Refused where all are for these.
    """

    settings: Mapping[str, str]
    limit: int
    addresses: Callable[[bytes], list[str]]
    mails: Callable[[bytes], Iterator[Received]]
    answer: Callable[[list[str], set[str]], tuple[int, Any]]
    too_many: tuple[int, Any] = field(default=(400, {"message": "Too many recipients"}))


# Mailgun, POST /v3/{domain}/messages


def _mailgun_addresses(body: bytes) -> list[str]:
    fields = body.decode("ascii").split("&")
    return [unquote_plus(entry[3:]) for entry in fields if entry.startswith("to=")]


def _mailgun_mails(body: bytes) -> Iterator[Received]:
    fields = parse_qs(body.decode("ascii"), keep_blank_values=True)
    variables = (
        json.loads(fields["recipient-variables"][0]) if "recipient-variables" in fields else None
    )
    for address in fields["to"]:
        own = (variables or {}).get(parseaddr(address)[1], {})

        def merged(name: str, own: Mapping[str, Any] = own) -> str:
            return re.sub(
                r"%recipient\.([^%]+)%",
                lambda found: str(own.get(found[1], found[0])),
                fields.get(name, [""])[0],
            )

        yield Received(
            recipient=parseaddr(address)[1],
            seen=fields["to"] if variables is None else [address],
            subject=merged("subject"),
            text=merged("text"),
            html=merged("html"),
            headers={name[2:]: merged(name) for name in fields if name.startswith("h:")},
            metadata={name[2:]: merged(name) for name in fields if name.startswith("v:")},
        )


def _mailgun_answer(addresses: list[str], refused: set[str]) -> tuple[int, Any]:
    if refused:
        words = f"to parameter is not a valid address: {refused.pop()}"
        raise Refused(400, {"message": words})
    return 200, {"id": "<20260302080000.1@example.org>", "message": "Queued. Thank you."}


# SendGrid, POST /v3/mail/send


def _sendgrid_addresses(body: bytes) -> list[str]:
    return [to["email"] for one in json.loads(body)["personalizations"] for to in one.get("to", [])]


def _sendgrid_mails(body: bytes) -> Iterator[Received]:
    call = json.loads(body)
    content = {part["type"]: part["value"] for part in call["content"]}
    for one in call["personalizations"]:
        substitutions = one.get("substitutions", {})
        if sum(len(f"{key}{value}".encode()) for key, value in substitutions.items()) > 10_000:
            raise Refused(400, {"errors": [{"message": "The substitutions are too long."}]})
        pattern = "|".join(map(re.escape, substitutions)) or r"(?!)"

        def merged(text: str, pattern: str = pattern, values: Any = substitutions) -> str:
            return re.sub(pattern, lambda found: values[found[0]], text)

        seen = [to["email"] for to in one["to"]]
        for address in seen:
            yield Received(
                recipient=address,
                seen=seen,
                subject=merged(call["subject"]),
                text=merged(content["text/plain"]),
                html=merged(content["text/html"]),
                headers=one.get("headers", call.get("headers", {})),
                metadata=call.get("custom_args", {}) | one.get("custom_args", {}),
            )


def _sendgrid_answer(addresses: list[str], refused: set[str]) -> tuple[int, Any]:
    if refused:
        words = f"Does not contain a valid address: {refused.pop()}"
        raise Refused(400, {"errors": [{"message": words, "field": "personalizations"}]})
    return 202, None


# Brevo, POST /v3/smtp/email


def _brevo_addresses(body: bytes) -> list[str]:
    call = json.loads(body)
    return [to["email"] for one in call.get("messageVersions", [call]) for to in one["to"]]


def _brevo_mails(body: bytes) -> Iterator[Received]:
    call = json.loads(body)
    try:
        parts = [
            Engine().from_string(call[name]) for name in ("subject", "textContent", "htmlContent")
        ]
    except TemplateSyntaxError as error:
        raise Refused(400, {"code": "invalid_parameter", "message": str(error)}) from error
    for one in call.get("messageVersions", [call]):
        context = Context({"params": one.get("params", call.get("params", {}))})
        subject, text, html = (part.render(context) for part in parts)
        headers = dict(one.get("headers", call.get("headers", {})))
        metadata = json.loads(headers.pop("X-Mailin-custom", "{}"))
        seen = [to["email"] for to in one["to"]]
        for address in seen:
            yield Received(address, seen, subject, text, html, headers, metadata)


def _brevo_answer(addresses: list[str], refused: set[str]) -> tuple[int, Any]:
    if refused:
        words = f"email is not valid in to: {refused.pop()}"
        raise Refused(400, {"code": "invalid_parameter", "message": words})
    return 201, {"messageIds": [f"<{number}@example.org>" for number in range(len(addresses))]}


# Mailjet, POST /v3.1/send

MAILJET_FORBIDDEN = {
    "from",
    "sender",
    "subject",
    "to",
    "cc",
    "bcc",
    "list-id",
    "message-id",
    "date",
}


def _mailjet_addresses(body: bytes) -> list[str]:
    return [to["Email"] for one in json.loads(body)["Messages"] for to in one["To"]]


def _mailjet_mails(body: bytes) -> Iterator[Received]:
    call = json.loads(body)
    for own in call["Messages"]:
        one = {**call["Globals"], **own}
        for name in ("Headers", "Variables"):
            one[name] = call["Globals"].get(name, {}) | own.get(name, {})
        forbidden = {name.lower() for name in one["Headers"]} & MAILJET_FORBIDDEN
        if forbidden:
            raise Refused(400, _mailjet_errors(len(call["Messages"]), "send-0011", forbidden.pop()))

        def merged(text: str, one: Mapping[str, Any] = one) -> str:
            return _mailjet_merged(text, one["Variables"]) if one.get("TemplateLanguage") else text

        seen = [to["Email"] for to in one["To"]]
        for address in seen:
            yield Received(
                recipient=address,
                seen=seen,
                subject=merged(one["Subject"]),
                text=merged(one["TextPart"]),
                html=merged(one["HTMLPart"]),
                headers=one["Headers"],
                metadata=json.loads(one.get("EventPayload", "{}")),
            )


def _mailjet_merged(text: str, variables: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] is None:
            raise Refused(400, _mailjet_errors(1, "template", found[0]))
        return variables[found[1]]

    return re.sub(r"\{\{var:(\w+)\}\}|\{[{%#]|\[\[", value, text)


def _mailjet_errors(number: int, code: str, words: str) -> Any:
    error = {"ErrorCode": code, "StatusCode": 400, "ErrorMessage": words, "ErrorRelatedTo": []}
    return {"Messages": [{"Status": "error", "Errors": [error]}] * number}


def _mailjet_answer(addresses: list[str], refused: set[str]) -> tuple[int, Any]:
    messages = []
    for number, address in enumerate(addresses):
        if address in refused:
            messages += _mailjet_errors(1, "mj-0013", f"{address} is invalid")["Messages"]
        else:
            to = {"Email": address.lower(), "MessageID": number, "MessageUUID": str(number)}
            messages.append({"Status": "success", "To": [to], "Cc": [], "Bcc": []})
    return 400 if refused else 200, {"Messages": messages}


# SparkPost, POST /api/v1/transmissions


def _sparkpost_addresses(body: bytes) -> list[str]:
    return [one["address"]["email"] for one in json.loads(body)["recipients"]]


def _sparkpost_mails(body: bytes) -> Iterator[Received]:
    call = json.loads(body)
    content = call["content"]
    for one in call["recipients"]:
        values = call.get("substitution_data", {}) | one.get("substitution_data", {})
        headers = {
            name: _sparkpost_merged(value, values) for name, value in content["headers"].items()
        }
        # It puts in its own way to leave, whatever the header says.
        headers["List-Unsubscribe"] = "<mailto:unsubscribe@sparkpost.example>"
        yield Received(
            recipient=one["address"]["email"],
            seen=one["address"]["header_to"].split(", "),
            subject=_sparkpost_merged(content["subject"], values),
            text=_sparkpost_merged(content["text"], values),
            html=_sparkpost_merged(content["html"], values, is_html=True),
            headers=headers,
            metadata=call.get("metadata", {}) | one.get("metadata", {}),
        )


def _sparkpost_merged(text: str, values: Mapping[str, str], is_html: bool = False) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name is None:
            raise Refused(422, {"errors": [{"message": "substitution language syntax error"}]})
        filled = values.get(name, "")
        return escape(filled) if is_html and found[2] else filled

    return re.sub(r"\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}|\{\{|\}\}", value, text)


def _sparkpost_answer(addresses: list[str], refused: set[str]) -> tuple[int, Any]:
    if refused and len(refused) == len(addresses):
        raise Refused(400, {"errors": [{"message": "At least one valid recipient is required"}]})
    return 200, {
        "results": {
            "id": "11668787484950529",
            "total_rejected_recipients": len(refused),
            "total_accepted_recipients": len(addresses) - len(refused),
        }
    }


# Postmark, POST /email and /email/batch


def _postmark_addresses(body: bytes) -> list[str]:
    # Within strings of JSON quotation marks are escaped, so this is a key and its value.
    strings = re.findall(rb'"To": ("(?:[^"\\]|\\.)*")', body)
    return [json.loads(string) for string in strings]


def _postmark_mails(body: bytes) -> Iterator[Received]:
    call = json.loads(body)
    for one in call if isinstance(call, list) else [call]:
        seen = one["To"].split(", ")
        for address in seen:
            yield Received(
                recipient=address,
                seen=seen,
                subject=one["Subject"],
                text=one["TextBody"],
                html=one["HtmlBody"],
                headers={header["Name"]: header["Value"] for header in one["Headers"]},
                metadata=one.get("Metadata", {}),
            )


def _postmark_answer(addresses: list[str], refused: set[str]) -> tuple[int, Any]:
    return 200, [
        {"ErrorCode": 406, "Message": f"{address} has been marked as inactive."}
        if address in refused
        else {"ErrorCode": 0, "Message": "OK", "MessageID": str(number), "To": address}
        for number, address in enumerate(addresses)
    ]


CALLS = {
    "mailgun": Call(
        {"MAILGUN_API_KEY": "key", "MAILGUN_API_URL": "BASE"},
        *(1000, _mailgun_addresses, _mailgun_mails, _mailgun_answer),
    ),
    "sendgrid": Call(
        {"SENDGRID_API_KEY": "key", "SENDGRID_API_URL": "BASE"},
        *(1000, _sendgrid_addresses, _sendgrid_mails, _sendgrid_answer),
    ),
    "brevo": Call(
        {"BREVO_API_KEY": "key", "BREVO_API_URL": "BASE"},
        *(1000, _brevo_addresses, _brevo_mails, _brevo_answer),
    ),
    "mailjet": Call(
        {"MAILJET_API_KEY": "key", "MAILJET_SECRET_KEY": "secret", "MAILJET_API_URL": "BASE"},
        *(50, _mailjet_addresses, _mailjet_mails, _mailjet_answer),
        (400, {"ErrorCode": "mj-0008", "StatusCode": 400, "ErrorMessage": "Too many"}),
    ),
    "sparkpost": Call(
        {"SPARKPOST_API_KEY": "key", "SPARKPOST_API_URL": "BASE"},
        *(2000, _sparkpost_addresses, _sparkpost_mails, _sparkpost_answer),
    ),
    "postmark": Call(
        {"POSTMARK_SERVER_TOKEN": "token", "POSTMARK_API_URL": "BASE"},
        *(500, _postmark_addresses, _postmark_mails, _postmark_answer),
        (422, {"ErrorCode": 410, "Message": "Too many messages"}),
    ),
}
