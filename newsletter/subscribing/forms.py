"""The forms of sign-up and preferences."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.models import Topic
from core.forms import BoundedForm, EmailAddressField
from core.guards import GuardedForm

from ..models import Newsletter, Subscriber
from .joining import Wish


class ChoiceForm(BoundedForm):
    """How often, and on what."""

    cadence = forms.ChoiceField(label=gettext_lazy("How often"), widget=forms.RadioSelect)
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.all(),
        label=gettext_lazy("Topics"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Choose none to get posts on all of them."),
    )

    def __init__(self, *args: Any, newsletter: Newsletter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newsletter = newsletter
        offered = newsletter.cadences
        self.fields["cadence"].choices = [(c.value, c.label.capitalize()) for c in offered]
        self.fields["cadence"].initial = offered[-1].value


class SignUpForm(GuardedForm, ChoiceForm):
    """Who wants a newsletter, how often and on what."""

    email = EmailAddressField(
        label=gettext_lazy("Email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=100,
        validators=Subscriber._meta.get_field("name").validators,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    field_order = ["email", "name", "cadence", "topics", "url", "stamp"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "signup-%s")
        super().__init__(*args, **kwargs)

    @property
    def wording(self) -> str:
        """What somebody who sends the form agrees to, as the form says it."""
        return _("Send me %(newsletter)s by email. I can leave with one click, at any time.") % {
            "newsletter": self.newsletter.name
        }

    def wish(self) -> Wish:
        """Return what a valid form asks for."""
        data = self.cleaned_data
        return Wish(
            email=data["email"],
            name=data["name"],
            cadence=data["cadence"],
            topics=data["topics"],
            wording=self.wording,
        )
