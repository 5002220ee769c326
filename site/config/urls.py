"""Every address of the site; pages come last, for they take what is left."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.urls import serve_pattern

from core import views as core_views
from core.guards import guarded_post
from core.languages import in_each_language
from home.styleguide import styleguide
from newsletter import metrics
from newsletter.sending import webhooks

handler400 = "core.views.bad_request"
handler404 = "home.not_found.page_not_found"

urlpatterns = [
    # Logins and passwords: other views at addresses of Wagtail's, so they come first.
    path("admin/", include("accounts.urls")),
    path("", include("accounts.reader_urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include("core.documents")),
    path("metrics", metrics.serve),
    path("cards/<int:number>-<slug:key>.png", core_views.social_card, name="social_card"),
    path("styleguide/", styleguide, name="styleguide"),
    path("theme.css", core_views.theme, name="theme"),
    # The chosen provider reports events at mail/<provider>/tracking/, and no other does.
    path("mail/", include(webhooks.tracking_urls(settings.MAIL_EVENTS_FROM))),
]

if settings.DEBUG:
    urlpatterns += [
        *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
        path("mailbox/", include("localmail.urls")),
    ]

urlpatterns += [
    # Where readers give the password of a page, or log in.
    *(pattern for pattern in wagtail_urls.urlpatterns if pattern.name != "wagtail_serve"),
    in_each_language(
        path("newsletter/", include("newsletter.subscribing.urls")),
        path("search/", include("home.search.urls")),
        path("", include("blog.urls")),
        # Pages take posts without a cookie, and none that another site sent.
        re_path(serve_pattern, guarded_post(core_views.serve), name="wagtail_serve"),
    ),
]
