"""The form under a post."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from core.forms import EmailAddressField
from core.guards import GuardedForm
from core.text import is_visible

from ..models import Comment, PostPage
from ..models.comment import MOST_CHARACTERS
from . import text
from .proof import ProofField

# Longer threads are hard to follow; readers can begin another one.
MOST_ANSWERS = 200


class PlainField(forms.CharField):
    """Text of which something can be seen. Control characters are left out, not complained of."""

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        value = text.cleaned(value)
        return value if is_visible(value) else ""


class LineField(PlainField):
    """Such a text on one line."""

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class CommentForm(GuardedForm):
    """A comment on a post, or an answer to one."""

    text = PlainField(
        label=_("Comment"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": _("Please write something.")},
    )
    name = LineField(
        label=_("Name"),
        max_length=Comment._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("Shown with your comment."),
    )
    email = EmailAddressField(
        label=_("Email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Never shown."),
    )
    website = forms.URLField(
        label=_("Website"),
        required=False,
        max_length=200,
        assume_scheme="https",
        validators=[URLValidator(["http", "https"])],
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
    )
    wants_answers = forms.BooleanField(
        label=_("Send me an email when somebody answers. I can stop that with one click."),
        required=False,
    )
    parent = forms.ModelChoiceField(
        Comment.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={
            "invalid_choice": _(
                "The comment that you answer is not there any more. Sent once more, yours will"
                " stand by itself."
            )
        },
    )

    field_order = ["text", "name", "email", "website", "wants_answers", "parent", "url", "stamp"]

    def __init__(self, *args: Any, post: PostPage, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "reply-%s")
        super().__init__(*args, **kwargs)
        self.post = post
        self.fields["parent"].queryset = Comment.objects.of(post).answerable()
        if settings.COMMENTS_PROOF_OF_WORK:
            self.fields["proof"] = ProofField(label=_("Proof"))

    def clean_parent(self) -> Comment | None:
        """Return the comment that begins the thread: there are no answers to answers."""
        answered = self.cleaned_data["parent"]
        if answered is None:
            return None
        thread = answered.parent or answered
        if thread.answers.approved().count() >= MOST_ANSWERS:
            raise ValidationError(
                _("There are very many answers here. Sent once more, yours begins a new thread.")
            )
        return thread

    @property
    def answered(self) -> Comment | None:
        """The comment that is answered, while there is one to answer."""
        try:
            return self.fields["parent"].clean(self["parent"].value())
        except ValidationError:
            return None

    def show_again(self) -> None:
        """Make a form that was refused fit to be sent once more."""
        self.renew_stamp()
        if self.has_error("parent"):
            self.data = self.data.copy()
            self.data[self.add_prefix("parent")] = ""

    @property
    def is_proven(self) -> bool:
        """Whether a valid form came with the proof that the site asks for, if it asks for one."""
        return self.cleaned_data.get("proof", True)

    def comment(self) -> Comment:
        """Return what a valid form says, not saved yet."""
        names = ("text", "name", "email", "website", "wants_answers", "parent")
        return Comment(post=self.post, **{name: self.cleaned_data[name] for name in names})
