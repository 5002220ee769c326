"""Everything that pages are made of, on one page, for whoever changes how it looks."""

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from blog.blocks import BodyBlock
from blog.models import PostPage
from core.channels import Channel
from core.guards import read_only

THEMES = {"": _("As the screen is"), "light": _("Light"), "dark": _("Dark")}
COLOURS = ["paper", "wash", "ink", "quiet", "line", "edge", "accent", "deep", "danger", "marked"]
TOPICS = [(str(number), f"Topic {number}") for number in range(1, 41)]


class SampleForm(forms.Form):
    """A field of each kind, and forty topics to choose from."""

    name = forms.CharField(label=_("Name"), help_text=_("As it is printed."))
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea({"rows": 3}))
    topics = forms.MultipleChoiceField(
        label=_("Topics"), required=False, choices=TOPICS, widget=forms.CheckboxSelectMultiple
    )


@never_cache
@read_only
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show components and blocks; with ``?theme=light`` or ``dark`` whatever the screen's theme is.

    Raises Http404 for those who are no editors, but in development.
    """
    if not (settings.DEBUG or request.user.has_perm("wagtailadmin.access_admin")):
        raise Http404("The style guide is for editors.")
    theme = request.GET.get("theme")
    blocks = BodyBlock().child_blocks.values()
    return render(
        request,
        "home/pages/styleguide.html",
        {
            "theme": theme if theme in THEMES else "",
            "themes": THEMES,
            "colours": COLOURS,
            "posts": PostPage.objects.listed().latest_first().for_cards()[:3],
            "form": SampleForm({"note": "As it was sent."}, auto_id="sample-%s"),
            "blocks": [(block.label, block.bind(block.get_preview_value())) for block in blocks],
            "page_of_many": Paginator(range(30), 10).page(2),
            "channel": Channel.WEB,
        },
    )
