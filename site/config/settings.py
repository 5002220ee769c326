"""Settings of the site, read from the environment (or a .env file) alone.

``.env.example`` lists the variables, ``config.env`` says what each should be.
"""

import os
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab
from wagtail.embeds import oembed_providers

from . import env, permissions

BASE_DIR = Path(__file__).resolve().parent.parent.parent
SITE_DIR = BASE_DIR / "site"
VAR_DIR = BASE_DIR / "var"
# Only the site's own user can read its files, except those a web server reads: see Files.
os.umask(permissions.OWNER_ONLY)
permissions.make_passage(VAR_DIR)

env.read_file(BASE_DIR / ".env")

# The site and its address

SECRET_KEY = env.read("str", "SECRET_KEY")
# Earlier keys: what was signed with one of them, such as links in sent emails, goes on working.
SECRET_KEY_FALLBACKS = env.keys("SECRET_KEY_FALLBACKS")
DEBUG = env.read("bool", "DEBUG", default=False)
BASE_URL = env.base_url("BASE_URL")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", default=[urlsplit(BASE_URL).hostname])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
PROXY_COUNT = env.number("PROXY_COUNT", default=0, at_least=0)

# Application

INSTALLED_APPS = [
    "home",
    "newsletter",
    "blog",
    "core",
    "accounts",
    "config",
    "localmail",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "accounts.apps.UsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "anymail",
    "django_altcha",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # It leaves alone what is compressed already: static files, and pages that are kept.
    "core.headers.CompressionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.cookies.drop_malformed_cookies",
    # A page that is kept costs nothing of what follows.
    "core.page_cache.middleware.PageCacheMiddleware",
    "core.headers.BrowserPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.body_limits.BodyLimitMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.impossible_lookups.ImpossibleLookupMiddleware",
    "blog.elsewhere.lead_on",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.User"
X_FRAME_OPTIONS = "SAMEORIGIN"
# The site runs at the root of its host; no server or header can change that.
FORCE_SCRIPT_NAME = ""

_BUILTIN_TAGS = ["wagtail.templatetags.wagtailcore_tags"]
TEMPLATES = [
    {
        "NAME": "markup",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
            "builtins": _BUILTIN_TAGS,
        },
    },
    # Plain text: parts of mails and the text channel of blocks, where nothing is to be escaped.
    {
        "NAME": "text",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"autoescape": False, "builtins": _BUILTIN_TAGS},
    },
]

# Uploads

# The editor sends about ten fields for each block of a post (``MAX_BLOCKS``); Wagtail advises
# 10,000. Forms that the public can send are limited by the size of their bodies.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Data

DATABASES = {"default": env.database("DATABASE_URL", "sqlite:///var/db.sqlite3", BASE_DIR)}
CACHES = {
    "default": env.cache("CACHE_URL", "locmem://"),
    "pages": env.page_cache("PAGE_CACHE_URL", "CACHE_URL", VAR_DIR / "pages"),
}

# Pages kept for readers

# So long at most: where the cache could not be told of a change, and for the stamps in forms.
PAGE_CACHE_SECONDS = 600
# How long a CDN may keep a page without asking; 0 has it ask each time, and so does every browser.
PAGE_CACHE_SHARED_SECONDS = env.number("PAGE_CACHE_SHARED_SECONDS", default=0, at_least=0)
# The parameters that readers' views get: numbers, of which the view says how many there are …
PAGE_CACHE_PARAMETERS = ["page", "comments"]
# … and what may be anything. With it nothing is kept, so it is there below some addresses alone.
PAGE_CACHE_FREE_PARAMETERS = {
    "q": "/search/",
    "topic": "/search/",
    # Where a map of the site goes on.
    "p": "/sitemap-",
    "reply-to": "/comments/",
    "v": "/theme.css",
}
PAGE_CACHE_NEVER = (
    *("/admin/", "/_util/", "/documents/", "/metrics", "/mailbox/", "/styleguide/"),
    # Where providers tell of mails: to HEAD there is an answer, and none to GET.
    "/mail/",
)
# Apps and models of which no page shows anything, though they change often.
PAGE_CACHE_UNSEEN = {
    *("auth", "contenttypes", "sessions", "wagtailadmin", "wagtailsearch", "wagtailusers"),
    *("account", "accounts", "axes", "mfa"),
    *("core.User", "core.OutgoingEmail", "home.ContactMessage"),
    *("blog.CommentNotice", "blog.PostPDF"),
    *(
        f"newsletter.{model}"
        for model in (
            *("Subscriber", "Subscription", "ConsentRecord", "Suppression", "Notice", "Tick"),
            *("SignUp", "SendLog", "Omission", "PublicationRecord"),
            *("TopicSet", "TopicChoice", "Cohort", "Batch", "Delivery", "Cohort_posts"),
        )
    ),
    *(
        f"wagtailcore.{model}"
        for model in (
            *("Revision", "ReferenceIndex", "ModelLogEntry", "PageLogEntry", "UploadedFile"),
            *("TaskState", "WorkflowState", "Comment", "CommentReply", "PageSubscription"),
        )
    ),
}

# Mail

DEFAULT_FROM_EMAIL = env.address("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
globals().update(env.email("EMAIL_URL", "file://", VAR_DIR / "mailbox"))
# A second route for alerts, used if the first fails: a backend and its arguments, or empty.
ALERT_EMAIL = env.second_email("ALERT_EMAIL_URL", VAR_DIR / "mailbox")
globals().update(env.webhook("EMAIL_WEBHOOK_SECRET", "EMAIL_WEBHOOK_KEY", "EMAIL_URL"))

# Tasks: the database says what is to be done, so a lost or repeated message does no harm.

globals().update(env.broker("CELERY_BROKER_URL", "filesystem://", VAR_DIR / "broker"))
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
# Queues are served by three processes of the Procfile, see decision 0022. The worker serves the
# default queue: ticks, scheduled publishing, sign-ups and single emails. All of its tasks must be
# short.
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    # The sender: a digest takes hours. Planning does not wait for the batches of other digests.
    "newsletter.tasks.send_batch": {"queue": "mail"},
    "newsletter.tasks.plan_digest": {"queue": "digests"},
    "newsletter.tasks.ask_providers": {"queue": "digests"},
    # The background process: seconds or minutes of a whole core, and what can wait.
    "*.tasks.draw_*": {"queue": "drawing"},
    **{
        task: {"queue": "background"}
        for task in (
            "accounts.tasks.tidy_logins",
            "blog.tasks.ask_about_embeds",
            "blog.tasks.delete_old_spam",
            "blog.tasks.index_all_pages",
            "blog.tasks.index_pages_showing",
            "blog.tasks.learn_terms",
            "blog.tasks.learn_terms_again",
            "blog.tasks.make_pdfs",
            "blog.tasks.tidy_pdfs",
            "home.tasks.delete_old_messages",
            "core.tasks.prune_outgoing_emails",
            "newsletter.tasks.housekeeping",
        )
    },
}
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Celery would open a connection to the database for each task; config.celery looks after them.
CELERY_DB_REUSE_MAX = 1_000_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"

TICK_SECONDS = env.number("TICK_SECONDS", default=60, at_least=1)
# By the clock: counted from beat's start, a day would never end where beat is restarted each day.
NIGHTLY = crontab(hour=3, minute=10)
CELERY_BEAT_SCHEDULE = {
    "publish scheduled pages": {
        "task": "core.tasks.publish_scheduled",
        "schedule": TICK_SECONDS,
        "options": {"expires": 60},
    },
    "messages of visitors": {
        "task": "home.tasks.mail_waiting_messages",
        "schedule": TICK_SECONDS,
        "options": {"expires": 60},
    },
    "newsletter tick": {
        "task": "newsletter.tasks.tick",
        "schedule": TICK_SECONDS,
        "options": {"expires": 60},
    },
    "newsletter doubts": {
        "task": "newsletter.tasks.ask_providers",
        "schedule": TICK_SECONDS,
        "options": {"expires": 60},
    },
    "outgoing emails": {
        "task": "core.tasks.send_outgoing_emails",
        "schedule": TICK_SECONDS,
        "options": {"expires": 60},
    },
    "old outgoing emails": {"task": "core.tasks.prune_outgoing_emails", "schedule": NIGHTLY},
    "newsletter housekeeping": {"task": "newsletter.tasks.housekeeping", "schedule": NIGHTLY},
    "old spam": {"task": "blog.tasks.delete_old_spam", "schedule": NIGHTLY},
    "old messages of visitors": {"task": "home.tasks.delete_old_messages", "schedule": NIGHTLY},
    "what posts are about": {"task": "blog.tasks.learn_terms_again", "schedule": NIGHTLY},
    "the search": {"task": "blog.tasks.index_all_pages", "schedule": NIGHTLY},
    "old PDFs": {"task": "blog.tasks.tidy_pdfs", "schedule": NIGHTLY},
    "logins": {"task": "accounts.tasks.tidy_logins", "schedule": NIGHTLY},
    "lost pictures": {"task": "core.tasks.draw_what_is_wanting", "schedule": NIGHTLY},
    "videos elsewhere": {"task": "blog.tasks.ask_about_embeds", "schedule": NIGHTLY},
    "comments": {
        "task": "blog.tasks.comments_tick",
        "schedule": TICK_SECONDS,
        "options": {"expires": 60},
    },
}

# Comments

# Browsers prove some work before a comment; those that cannot have theirs wait for a moderator.
COMMENTS_PROOF_OF_WORK = env.read("bool", "COMMENTS_PROOF_OF_WORK", default=False)
ALTCHA_HMAC_KEY = sha256(f"altcha:{SECRET_KEY}".encode()).hexdigest()

COMMENTS_KEEP_SPAM_DAYS = env.number("KEEP_SPAM_DAYS", default=30, at_least=1)

# What visitors write on contact pages is kept for so long; with 0 until somebody deletes it.
CONTACT_KEEP_DAYS = env.number("KEEP_CONTACT_MESSAGES_DAYS", default=0, at_least=0)

# Limits for PDFs of posts. A post that needs more CPU time or memory has no PDF.

PDF_SECONDS = env.number("PDF_SECONDS", default=30, at_least=1)
PDF_MEMORY_MB = env.number("PDF_MEMORY_MB", default=1024, at_least=256)

# Newsletter

# Addresses that must not be emailed are stored as hashes keyed with this. They cannot be recomputed
# for people whose data was deleted, so the key must never change. Default: the oldest SECRET_KEY.
SUPPRESSION_KEY = env.token("SUPPRESSION_KEY") or [SECRET_KEY, *SECRET_KEY_FALLBACKS][-1]

# A post's date of publication is set a moment before its transaction commits: a digest is planned
# this long after its window closed, so that a post that was being published then is not missed.
NEWSLETTER_SETTLE_SECONDS = env.number("SETTLE_SECONDS", default=60, at_least=0)
NEWSLETTER_BATCH_SIZE = 1000
# After so many mails what became of them is recorded: so many are in doubt where a worker dies.
NEWSLETTER_CHECKPOINT = 100
# A worker that has not been heard of for so long is taken for dead.
NEWSLETTER_LEASE_SECONDS = env.number("LEASE_SECONDS", default=300, at_least=1)
# A digest that could only begin so late is held, and the editors are asked.
NEWSLETTER_LATE_HOURS = env.number("LATE_HOURS", default=12, at_least=1)
# What became of each mail is known for so long; a digest's counts are for ever.
NEWSLETTER_KEEP_DELIVERIES_DAYS = env.number("KEEP_DELIVERIES_DAYS", default=365, at_least=90)

# A copy of the send log, by which a database restored from an older backup is detected.
NEWSLETTER_SEND_LOG_FILE = VAR_DIR / "send-log.json"

# Language and time

# Readers are offered each of these languages, the first at addresses as they are.
LANGUAGES = env.languages("LANGUAGES", default=["en-gb"])
LANGUAGE_CODE = LANGUAGES[0][0]
LOCALE_PATHS = [SITE_DIR / "locale"]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = len(LANGUAGES) > 1
if WAGTAIL_I18N_ENABLED:
    INSTALLED_APPS += ["wagtail_localize", "wagtail_localize.locales"]
    MIDDLEWARE.insert(0, "core.languages.speak_as_addressed")
TIME_ZONE = "UTC"
USE_TZ = True

# Files

STATIC_URL = "/static/"
STATIC_ROOT = env.read("path", "STATIC_ROOT", default=VAR_DIR / "static")
STATICFILES_DIRS = [SITE_DIR / "static"]
# Files that a proxy serves to everyone: renditions of images. Uploads are in PRIVATE_MEDIA_ROOT.
MEDIA_URL = "/media/"
MEDIA_ROOT = env.read("path", "MEDIA_ROOT", default=VAR_DIR / "media")
FILE_UPLOAD_PERMISSIONS = 0o644
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755
PRIVATE_MEDIA_ROOT = env.folder_outside(
    "PRIVATE_MEDIA_ROOT", default=VAR_DIR / "private", served=(MEDIA_ROOT, STATIC_ROOT)
)
# What sends documents: the site, or the web server in front of it, as a member of the group.
SENDFILE = env.choice(
    "SENDFILE", default="none", options=("none", "x-accel-redirect", "x-sendfile")
)
PRIVATE_MASK = permissions.OWNER_ONLY if SENDFILE == "none" else permissions.GROUP_READS
permissions.restrict(
    permissions.contents(VAR_DIR, but_for=(MEDIA_ROOT, STATIC_ROOT, PRIVATE_MEDIA_ROOT))
)
permissions.restrict([PRIVATE_MEDIA_ROOT], PRIVATE_MASK)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    permissions.restrict(permissions.files_of_sqlite(DATABASES["default"]["NAME"]))
STORAGES = {
    "default": {
        "BACKEND": "core.storage.PrivateFileStorage",
        "OPTIONS": {
            "location": PRIVATE_MEDIA_ROOT,
            "file_permissions_mode": 0o666 & ~PRIVATE_MASK,
            "directory_permissions_mode": 0o777 & ~PRIVATE_MASK,
        },
    },
    "public": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "core.stylesheets.JoiningStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# Wagtail

WAGTAIL_SITE_NAME = "Gazette"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILIMAGES_IMAGE_MODEL = "core.CreditedImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "core.images.CreditedImageForm"
WAGTAILIMAGES_RENDITION_STORAGE = "public"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
# Decoded, a pixel takes up to four bytes of memory.
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 50_000_000
WAGTAILDOCS_MAX_UPLOAD_SIZE = 50 * 1024 * 1024
# At about the quality of WebP at 80.
WAGTAILIMAGES_AVIF_QUALITY = 55
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_EXTENSIONS = [
    *("csv", "docx", "odt", "pdf", "pptx", "rtf", "txt", "xlsx", "zip"),
    *("flac", "m4a", "mp3", "oga", "ogg", "opus", "wav"),
]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "core.search"}}
# Python knows some of them by other names, or on some systems only.
WAGTAILDOCS_CONTENT_TYPES = {
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
}
# The editor's browser asks no third party for anything.
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "core.draftail.RichTextArea"}}
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None

# Who is asked about a video or recording that an editor embeds. Nobody else's is embedded.
WAGTAILEMBEDS_FINDERS = [
    {
        "class": "core.oembed",
        "providers": [
            oembed_providers.youtube,
            oembed_providers.vimeo,
            oembed_providers.spotify,
            oembed_providers.soundcloud,
            oembed_providers.ted,
        ],
    }
]
TAGGIT_CASE_INSENSITIVE = True
TAGGIT_TAGS_FROM_STRING = "core.tags.parse_tags"

# Security

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
AUTHENTICATION_BACKENDS = [
    # It refuses those who are locked out, and leaves all else to Django's.
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
WAGTAILADMIN_USER_PASSWORD_RESET_FORM = "accounts.forms.PasswordResetForm"

# Failed logins of an account from one network; wider limits: accounts.lockout.
AXES_HANDLER = "accounts.lockout.LockoutHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "accounts.lockout.client_network"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.respond_locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Second factors
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"reauthenticate": "accounts.forms.ReauthenticateForm"}
# django-axes counts for all of them.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
# Users have no verified second address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.ReauthenticateCodeForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.EditPasskeyForm",
    "authenticate_webauthn": "accounts.forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.ReauthenticatePasskeyForm",
    "login_webauthn": "accounts.forms.LoginPasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# Codes of the step before and after are taken, too (RFC 6238, 5.2): 30 seconds each way.
MFA_TOTP_TOLERANCE = 1

# What visitors send is text: 5,000 characters of any script, encoded for a form, are 60 KB.
MAX_BODY_BYTES = 64 * 1024
# Where mail providers send their events, many in one call, and how large a call may be.
WEBHOOK_PATH = "/mail/"
MAX_WEBHOOK_BODY_BYTES = 2 * 1024 * 1024

# Whose players may be shown in a frame, once a reader asks for one.
PLAYERS = [
    "https://www.youtube-nocookie.com",
    "https://player.vimeo.com",
    "https://open.spotify.com",
    "https://w.soundcloud.com",
    "https://embed.ted.com",
]
READER_POLICY = env.policy(
    default_src=["'none'"],
    script_src=["'self'"],
    style_src=["'self'"],
    img_src=["'self'", "data:"],
    font_src=["'self'"],
    media_src=["'self'"],
    connect_src=["'self'"],
    manifest_src=["'self'"],
    # The proof of work before a comment runs in a worker that its script makes.
    worker_src=["'self'", "blob:"],
    frame_src=PLAYERS,
    form_action=["'self'"],
    base_uri=["'none'"],
    frame_ancestors=["'self'"],
)
# The admin is Wagtail's, which has inline styles, and pictures from clipboards.
EDITOR_PATH = "/admin/"
EDITOR_POLICY = env.policy(
    default_src=["'self'"],
    script_src=["'self'"],
    style_src=["'self'", "'unsafe-inline'"],
    img_src=["'self'", "data:", "blob:"],
    font_src=["'self'", "data:"],
    worker_src=["'self'", "blob:"],
    frame_src=["'self'", *PLAYERS],
    object_src=["'none'"],
    base_uri=["'self'"],
    form_action=["'self'"],
    frame_ancestors=["'self'"],
)
# The page that says that something is broken stands alone, and repeats nothing that anybody sent.
ERROR_POLICY = env.policy(
    default_src=["'none'"],
    style_src=["'unsafe-inline'"],
    base_uri=["'none'"],
    form_action=["'none'"],
    frame_ancestors=["'self'"],
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "browsing-topics", "camera", "geolocation", "gyroscope"),
        *("magnetometer", "microphone", "midi", "payment", "usb"),
    )
)
if BASE_URL.startswith("https://"):
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    # Whether a domain's other hosts speak https, and whether browsers are told so for good, is for
    # the domain's owner to decide.
    "security.W005",
    "security.W021",
    # Wagtail shows previews of pages in a frame of its own site.
    "security.W019",
]

# Logs and metrics

LOG_FORMAT = env.choice("LOG_FORMAT", default="plain", options=("plain", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        # One object a line, with whatever ``extra`` says: digest, batch, delivery, newsletter.
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": ["time", "levelname", "name", "message"],
            "rename_fields": {"levelname": "level", "name": "logger"},
            "timestamp": "time",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # What editors do is kept in Wagtail's own log, in the database.
        **{name: {"level": "WARNING"} for name in ("wagtail", "django_tasks")},
        # accounts.lockout says the same once, and without what was typed.
        "axes": {"level": "ERROR"},
        # A worker's --loglevel is for what Celery says.
        "newsletter": {"level": "INFO"},
        # They tell of each rule that they pass over, and of pictures that only decorate.
        **{name: {"level": "CRITICAL"} for name in ("weasyprint", "fontTools")},
        # A proof that is none says nothing but that somebody made one up.
        "django_altcha": {"level": "CRITICAL"},
    },
}

# Who presents it may read the metrics; where it is empty, nobody may.
METRICS_TOKEN = env.token("METRICS_TOKEN")
