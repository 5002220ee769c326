from collections.abc import Sequence
from http import HTTPMethod
from typing import Any

from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.forms.models import AbstractEmailForm, AbstractFormField
from wagtail.contrib.forms.panels import FormSubmissionsPanel
from wagtail.fields import RichTextField
from wagtail.search import index
from wagtail.url_routing import RouteResult

from core.guards import client_address, is_over_limit
from core.models import BasePage

from .. import tasks
from ..contact.forms import TAKEN_NAMES, ContactFormBuilder
from .contact_message import ContactMessage

MESSAGES_AN_HOUR = 10
# Below the page: where who has sent a message is led to, and may come back to.
SENT = "sent"


class ContactPage(AbstractEmailForm, BasePage):
    """A form with which visitors write to the publication."""

    # All mails of the site come from its own address: mailboxes would take others for forged.
    from_address = None

    intro = models.TextField(_("introduction"), max_length=500, blank=True)
    thanks = RichTextField(
        _("thanks"),
        blank=True,
        features=["bold", "italic", "link"],
        help_text=_("What who has sent a message is told; left empty, that it has arrived."),
    )

    allowed_http_methods = [*BasePage.allowed_http_methods, HTTPMethod.POST]
    form_builder = ContactFormBuilder
    template = "home/pages/contact_page.html"
    landing_page_template = "home/pages/contact_page_sent.html"
    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types: list[str] = []
    page_description = _("A form with which visitors write to you.")
    content_panels = [
        FormSubmissionsPanel(),
        *BasePage.content_panels,
        "intro",
        InlinePanel("form_fields", heading=_("Fields"), label=_("Field"), min_num=1),
        FieldPanel("thanks"),
        MultiFieldPanel(["to_address", "subject"], heading=_("Mail")),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("intro")]

    class Meta:
        verbose_name = _("contact page")
        verbose_name_plural = _("contact pages")

    @property
    def excerpt(self) -> str:
        """What is said of it where it has no description of its own."""
        return self.intro

    @property
    def recipients(self) -> list[str]:
        """The addresses that messages are mailed to."""
        return [address.strip() for address in self.to_address.split(",") if address.strip()]

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        if path_components != [SENT]:
            return super().route(request, path_components)
        if not self.live:
            raise Http404
        return RouteResult(self, kwargs={"is_sent": True})

    def serve(self, request: HttpRequest, is_sent: bool = False) -> HttpResponse:
        """Show the form, or take down a message. Its posts are guarded by the view of all pages."""
        request.is_preview = False
        if is_sent and request.method == "POST":
            return HttpResponseNotAllowed(BasePage.allowed_http_methods)
        if is_sent:
            return self.render_landing_page(request)
        if request.method != "POST":
            return self._form_page(request, self.get_form(page=self))
        if is_over_limit("contact", client_address(request), MESSAGES_AN_HOUR, 3600):
            return TemplateResponse(request, "home/pages/too_many_messages.html", status=429)
        return self._receive(request, self.get_form(request.POST, page=self))

    def process_form_submission(self, form: Any) -> ContactMessage:
        """Store a message, and have it mailed once it is stored."""
        message = ContactMessage.objects.create(
            page=self,
            form_data=form.answers,
            next_try_at=timezone.now() if self.recipients else None,
        )
        # Where the broker is gone, the message is mailed with those that wait.
        transaction.on_commit(lambda: tasks.mail_message.delay(message.pk), robust=True)
        return message

    def get_submission_class(self) -> type[ContactMessage]:
        return ContactMessage

    def get_data_fields(self) -> list[tuple[str, str]]:
        return [*super().get_data_fields(), ("mailed_at", _("Mailed"))]

    @property
    def preview_modes(self) -> Sequence[tuple[str, str]]:
        return [("", _("Form")), ("landing", _("Thanks"))]

    def _receive(self, request: HttpRequest, form: Any) -> HttpResponse:
        if form.is_trapped:
            return redirect(f"{self.get_url(request)}{SENT}/")
        if not form.is_valid():
            form.renew_stamp()
            return self._form_page(request, form, status=422)
        self.process_form_submission(form)
        return redirect(f"{self.get_url(request)}{SENT}/")

    def _form_page(self, request: HttpRequest, form: Any, status: int = 200) -> HttpResponse:
        context = self.get_context(request) | {"form": form}
        return TemplateResponse(request, self.template, context, status=status)


class ContactField(AbstractFormField):
    """A field of a contact page's form."""

    page = ParentalKey(ContactPage, on_delete=models.CASCADE, related_name="form_fields")

    def get_field_clean_name(self) -> str:
        """Return the name that its answers are kept under; not one that the form uses itself."""
        name = super().get_field_clean_name()
        return f"{name}_" if name in TAKEN_NAMES else name
