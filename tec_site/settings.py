"""All settings, driven by the environment (a `.env` file beside manage.py is read too).

`TEC_MODE` decides what kind of site this is:

- `demo` (the default of manage.py): works with no environment at all; data in `var/`.
- `production` (the default of wsgi.py): refuses to start without `SECRET_KEY`,
  `ALLOWED_HOSTS` and `SITE_URL`.
- `test`: what pytest sets.
"""

import secrets
import sys
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import environ
from bootstrap_wrapper import get_bootstrap_dir
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from tec_site.periods_and_limits import *  # noqa: F403  # settings, each of them
from tec_site.periods_and_limits import MOST_HELD_PER_NETWORK, RATE_LIMITS, TEACHER_SESSION_AGE
from tec_site.staff.menu import UNFOLD  # noqa: F401  # a setting

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

MODE = env("TEC_MODE", default="test" if "pytest" in sys.modules else "demo")
if MODE not in {"demo", "production", "test"}:
    raise ImproperlyConfigured(f"TEC_MODE is '{MODE}'; it must be demo, production or test.")
DEMO = MODE == "demo"
PRODUCTION = MODE == "production"
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))


def _local_secret() -> str:
    """A key of this machine's own, so that no demo shares its links with another."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text()


def _required(name: str) -> str:
    value = env(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; production does not start without it.")
    return value


if PRODUCTION:
    SECRET_KEY = _required("SECRET_KEY")
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters.")
    ALLOWED_HOSTS = [host.strip() for host in _required("ALLOWED_HOSTS").split(",")]
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the site's hosts; it is '*'.")
    SITE_URL = _required("SITE_URL").rstrip("/")
    if not SITE_URL.startswith(("https://", "http://")):
        raise ImproperlyConfigured("SITE_URL must begin with https:// (it stands in mails).")
else:
    SECRET_KEY = env("SECRET_KEY", default="") or _local_secret()
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
    SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")

SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Servers set DEBUG for other programs; its pages show what nobody may see.
DEBUG = not PRODUCTION and env.bool("DEBUG", default=False)

# --- What is installed ---------------------------------------------------------------------

INSTALLED_APPS = [
    "core.apps.CoreConfig",
    "tec_site.apps.TecSiteConfig",
    "schools.apps.SchoolsConfig",
    "programmes.apps.ProgrammesConfig",
    "submissions.apps.SubmissionsConfig",
    "bookings.apps.BookingsConfig",
    "kits.apps.KitsConfig",
    "roster.apps.RosterConfig",
    "impact.apps.ImpactConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "tec_site.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # allauth's list of keys uses it
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "tec_site.apps.StaticFilesConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "import_export",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "tec_site.encoding.EncodingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "submissions.browsers.BrowserMiddleware",
    "tec_site.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "core.text.bidi.IsolationMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tec_site.pages.once_more.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "tec_site.urls"
WSGI_APPLICATION = "tec_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tec_site.context.site",
                "tec_site.staff.manual.leads_to_manual",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Databases -----------------------------------------------------------------------------

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'tec.sqlite3'}"),
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    _database["ENGINE"] = "core.sqlite3"  # readable on a full disk
    # IMMEDIATE: a transaction that will write takes its lock at the start, so it waits in
    # line instead of failing half way. FULL: what was acknowledged survives a power cut.
    # secure_delete: what was erased is not left in free pages, of which backups take a copy.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            " PRAGMA secure_delete=ON;"
        ),
    }
    # A file, because an in-memory database has no WAL and no second connection.
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    _database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    _database["CONN_HEALTH_CHECKS"] = True
    _options = _database.setdefault("OPTIONS", {})
    _options.setdefault("connect_timeout", 5)
    # Statements are planned once per connection (docs/decisions/0010).
    _options["server_side_binding"] = True
    _options["prepare_threshold"] = env.int("PREPARE_THRESHOLD", default=2) or None

# --- People --------------------------------------------------------------------------------

AUTH_USER_MODEL = "schools.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("submissions:sign_in")
LOGIN_REDIRECT_URL = reverse_lazy("home")
LOGOUT_REDIRECT_URL = reverse_lazy("home")
SESSION_COOKIE_AGE = int(TEACHER_SESSION_AGE.total_seconds())
BROWSER_COOKIE_AGE = TEACHER_SESSION_AGE  # submissions/browsers.py

# Staff only; teachers sign in with a code (submissions/codes.py).
STAFF_SECOND_FACTOR = not DEMO
ACCOUNT_ADAPTER = "tec_site.staff.accounts.StaffAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = False  # counted in the database: tec_site/staff/accounts.py
ACCOUNT_FORMS = {
    "login": "tec_site.staff.forms.StaffLoginForm",
    "reset_password": "tec_site.staff.forms.StaffResetPasswordForm",
}
MFA_ADAPTER = "tec_site.staff.accounts.StaffMFAAdapter"
MFA_RATE_LIMITS = False
MFA_FORMS = {
    "authenticate": "tec_site.staff.forms.StaffAuthenticateForm",
    "reauthenticate": "tec_site.staff.forms.StaffReauthenticateForm",
}
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # so that a passkey is two factors
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "TEC balie"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO

# --- Language, time ------------------------------------------------------------------------

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Amsterdam"
FORMAT_MODULE_PATH = "core.formats"  # the day first, in English too

# --- Static files and uploads ---------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", Path(get_bootstrap_dir()) / "css"),
]
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # stays empty; whitenoise warns without it
# Uploads are private: nothing serves this folder, views do.
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR_DIR / "private")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Compressing everything takes half a minute; only production needs it.
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
# A control character in one name (XLSX holds none) is no reason to refuse the whole list.
IMPORT_EXPORT_ESCAPE_ILLEGAL_CHARS_ON_EXPORT = True
WHITENOISE_USE_FINDERS = not PRODUCTION
# Every test client loads the middleware, which would list all files each time.
WHITENOISE_AUTOREFRESH = MODE == "test"

# --- Mail ----------------------------------------------------------------------------------

# Who sends what belongs to no hub (codes to sign in); a hub's mails have a sender of its own.
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="TEC Deventer <balie@tec.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SITE_EMAIL = parseaddr(DEFAULT_FROM_EMAIL)[1]
# Names in Message-IDs and calendars: constant, whatever machine sends.
CALENDAR_DOMAIN = env("CALENDAR_DOMAIN", default=urlsplit(SITE_URL).hostname or "localhost")


def _mailer() -> dict[str, object]:
    """`EMAIL_URL`: smtp://user:password@host:port, `smtp+tls:` for STARTTLS, `smtp+ssl:` for TLS.

    The demo delivers nowhere; its mails are read at /demo/mails/.
    """
    if DEMO:
        return {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    if MODE == "test":
        return {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    url = env.email("EMAIL_URL", default="smtp://localhost:25")
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": url["EMAIL_HOST"],
            "port": url["EMAIL_PORT"],
            "username": url["EMAIL_HOST_USER"],
            "password": url["EMAIL_HOST_PASSWORD"],
            "use_tls": url.get("EMAIL_USE_TLS", False),
            "use_ssl": url.get("EMAIL_USE_SSL", False),
            "timeout": 10,  # seconds, per answer of the server
        },
    }


MAILERS = {"default": _mailer()}
EMAIL_BACKLOG_ALARM = timedelta(minutes=30)

# --- The worker ----------------------------------------------------------------------------

WORKER_TICK = timedelta(seconds=1)
# /gezond/ calls the worker lost after this long without a sign of life.
WORKER_SEEN_WITHIN = timedelta(seconds=90)

# --- Safety --------------------------------------------------------------------------------

SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
# For /beheer/ only: unfold evaluates expressions in its markup and writes style attributes.
BACK_OFFICE_CSP: dict[str, list[str]] = SECURE_CSP | {
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tec_site.pages.site.csrf_failure"
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^gezond/$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_TLS_PROXY", default=True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=int(PRODUCTION))  # in X-Forwarded-For
MOST_HELD_PER_NETWORK = env.int("MOST_HELD_PER_NETWORK", default=MOST_HELD_PER_NETWORK)
_posts, _period = RATE_LIMITS["posts_per_network"]
RATE_LIMITS["posts_per_network"] = env.int("POSTS_PER_NETWORK", default=_posts), _period

# --- Logging -------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"hide_tokens": {"()": "tec_site.logs.HideTokens"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["hide_tokens"],
        }
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {  # without handlers of their own: everything passes the filter above
        "django": {"level": "INFO"},
        "django.server": {"propagate": True},
        # Refused files are errors; seven lines a letter, and one per unknown emoji, are not.
        "weasyprint": {"level": "ERROR"},
        "weasyprint.progress": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
    },
}
