from datetime import datetime, time, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _
from timezone_field import TimeZoneField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.search import index

from core.fields import EmailAddressField
from core.languages import language_of
from core.models import SiteSettings

from ..digests import schedule
from ..headers import phrase, quoted
from ..querysets import NewsletterQuerySet
from ..validators import validate_one_line

# Pages behind links in mails have addresses beside those of newsletters.
RESERVED_SLUGS = {"confirm", "preferences", "leave"}
# A sender that begins later than this is more likely a slip of the pen.
FURTHEST_START = timedelta(days=31)


class Cadence(models.TextChoices):
    """How often a subscriber gets a digest."""

    DAILY = "daily", _("daily")
    WEEKLY = "weekly", _("weekly")


class Weekday(models.IntegerChoices):
    """Days of the week, numbered as ``datetime.date.weekday`` does."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Newsletter(index.Indexed, models.Model):
    """A publication by mail: digests of a section's new posts, at the pace each reader chose."""

    class Form(models.TextChoices):
        """How much of each post a digest holds."""

        FULL = "full", _("the whole post")
        EXCERPT = "excerpt", _("picture, title and excerpt, with a link to the post")
        TITLE = "title", _("the title, with a link to the post")

    name = models.CharField(_("name"), max_length=100, validators=[validate_one_line])
    slug = models.SlugField(
        _("slug"), max_length=100, unique=True, help_text=_("The last part of its addresses.")
    )
    description = models.TextField(
        _("description"),
        max_length=300,
        blank=True,
        help_text=_("Shown where readers may sign up."),
    )
    section = models.ForeignKey(
        "blog.BlogIndexPage",
        verbose_name=_("section"),
        on_delete=models.PROTECT,
        related_name="newsletters",
        help_text=_("Its digests hold the posts of this section."),
    )
    active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("While off, nobody can sign up and no digest is sent."),
    )
    post_form = models.CharField(
        _("posts in digests"),
        max_length=20,
        choices=Form,
        default=Form.EXCERPT,
        help_text=_("A digest too long for mail programs gets the next shorter form."),
    )

    offers_daily = models.BooleanField(
        _("daily digests"),
        default=True,
        help_text=_("Readers may choose them. Switched off, those who get them still do."),
    )
    offers_weekly = models.BooleanField(_("weekly digests"), default=True)
    send_time = models.TimeField(_("time of day"), default=time(8))
    weekday = models.IntegerField(
        _("weekday"), choices=Weekday, default=Weekday.MONDAY, help_text=_("Of weekly digests.")
    )
    time_zone = TimeZoneField(_("time zone"), default="UTC", use_pytz=False)

    most_an_hour = models.PositiveIntegerField(
        _("most mails an hour"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Left empty, as many as the mail server takes. Set it where your mail provider allows "
            "no more: at 1,000 an hour, 10,000 readers have their digest after ten hours."
        ),
    )
    warming_since = models.DateField(
        _("new sender since"),
        null=True,
        blank=True,
        help_text=_(
            "The first day of an address that has not sent before: 50 mails on that day, more on "
            "each of the next, and after twelve days as many as there are. So mailboxes learn to "
            "trust it; until then a digest to many readers takes days. Left empty, there is no "
            "such limit."
        ),
    )
    # The moment from which the next batch may be sent, as batches planned before leave it.
    paced_until = models.DateTimeField(null=True, editable=False)

    sender_name = models.CharField(
        _("sender's name"), max_length=100, validators=[validate_one_line]
    )
    sender_email = EmailAddressField(_("sender's address"))
    reply_to = EmailAddressField(
        _("answers go to"), blank=True, help_text=_("Left empty, to the sender's address.")
    )
    postal_address = models.TextField(
        _("postal address"), help_text=_("Of the publisher; the law asks for it in every mail.")
    )
    reason = models.CharField(
        _("reason"),
        max_length=255,
        help_text=_("Why people get this mail, such as “You get this because you signed up at …”."),
    )

    objects = NewsletterQuerySet.as_manager()

    panels = [
        TitleFieldPanel("name", targets=["slug"], placeholder=_("Name*")),
        FieldPanel("slug"),
        FieldPanel("description"),
        FieldPanel("section"),
        FieldPanel("active"),
        MultiFieldPanel(
            [
                FieldRowPanel(["offers_daily", "offers_weekly"]),
                FieldRowPanel(["send_time", "weekday", "time_zone"]),
                "post_form",
            ],
            heading=_("Digests"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(["sender_name", "sender_email", "reply_to"]),
                "postal_address",
                "reason",
            ],
            heading=_("In every mail"),
        ),
        MultiFieldPanel(
            [FieldRowPanel(["most_an_hour", "warming_since"])],
            heading=_("Pace"),
            help_text=_("A change counts for the digests that are planned after it."),
        ),
    ]

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("newsletter")
        verbose_name_plural = _("newsletters")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": _("The site uses this address itself.")})
        if not (self.offers_daily or self.offers_weekly):
            raise ValidationError({"offers_daily": _("Offer digests daily, weekly, or both.")})
        if self.warming_since and self.warming_since > timezone.localdate() + FURTHEST_START:
            raise ValidationError(
                {"warming_since": _("Choose the day of the first mail, within the next month.")}
            )

    @property
    def cadences(self) -> list[Cadence]:
        """The cadences a subscriber may choose from."""
        offered = {Cadence.DAILY: self.offers_daily, Cadence.WEEKLY: self.offers_weekly}
        return [cadence for cadence in Cadence if offered[cadence]]

    def window_start(self, cadence: str, now: datetime) -> datetime:
        """Return when the current window of a cadence opened: its latest due time until ``now``."""
        weekday = self.weekday if cadence == Cadence.WEEKLY else None
        return schedule.latest_due(self.send_time, weekday, self.time_zone, now)

    @property
    def language(self) -> str:
        """The language of its mails and pages: that of its section."""
        several = settings.WAGTAIL_I18N_ENABLED
        return language_of(self.section) if several else settings.LANGUAGE_CODE

    @property
    def brand(self) -> SiteSettings:
        """How the site names itself and looks that the newsletter's section is on."""
        return SiteSettings.for_site(self.section.get_site())

    @property
    def list_id(self) -> str:
        """The List-Id header's value (RFC 2919): the name, and an id below the sender's domain."""
        return f"{phrase(self.name)} <{self.slug}.{self.sender_domain}>"

    @property
    def from_header(self) -> str:
        """The From header's value: the sender's name and address (RFC 5322)."""
        return f"{quoted(self.sender_name)} <{self.sender_email}>"

    @property
    def sender_domain(self) -> str:
        """The domain that its mails come from, in ASCII (RFC 5890)."""
        return punycode(self.sender_email.rpartition("@")[2])
