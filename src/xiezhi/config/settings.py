"""Settings. What differs between installations comes from the environment; deploy/README.md lists the variables."""

from __future__ import annotations

from typing import Any

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from xiezhi import pg
from xiezhi.config import env, identity

django_stubs_ext.monkeypatch()  # lets field and manager classes carry their types: models.CharField[str, str]

REPOSITORY = env.REPOSITORY
HOME = env.home()
NODE_MODULES = REPOSITORY / "node_modules"

DEBUG = env.flag("XIEZHI_DEBUG")
HTTPS = env.flag("XIEZHI_HTTPS")
SECRET_KEY = env.secret("django-key", "XIEZHI_SECRET_KEY")
FIELD_KEYS = env.secret("field-keys", "XIEZHI_FIELD_KEYS")
"""Master keys of encrypted columns, separated by commas; the first encrypts, all decrypt."""
FIELD_CIPHER = env.text("XIEZHI_FIELD_CIPHER", "AES-256-GCM")
INDEX_KEY = env.secret("index-key", "XIEZHI_INDEX_KEY")
"""Key of the blind indexes over encrypted columns and of the person keys in the reading log."""
ALLOWED_HOSTS = env.words("XIEZHI_HOSTS", "localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = env.words("XIEZHI_ORIGINS")
PUBLIC_URL = env.text("XIEZHI_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
"""Address under which the public reaches the platform; stands in QR codes, notices and tokens."""

INSTALLED_APPS = [
    "xiezhi.config",
    "xiezhi.kernel.calendar",
    "xiezhi.kernel.units",
    "xiezhi.kernel.people",
    "xiezhi.kernel.access",
    "xiezhi.kernel.law",
    "xiezhi.kernel.procedures",
    "xiezhi.kernel.documents",
    "xiezhi.kernel.ledger",
    "xiezhi.kernel.notices",
    "xiezhi.kernel.datasets",
    "xiezhi.datacenter.overview",
    "xiezhi.datacenter.standards",
    "xiezhi.datacenter.runs",
    "xiezhi.datacenter.lake",
    "xiezhi.datacenter.collect",
    "xiezhi.datacenter.govern",
    "xiezhi.datacenter.link",
    "xiezhi.datacenter.persons",
    "xiezhi.datacenter.exchange",
    "xiezhi.datacenter.sharing",
    "xiezhi.datacenter.clues",
    "xiezhi.datacenter.catalog",
    "xiezhi.datacenter.opendata",
    "xiezhi.enforcement.reconsideration",
    "xiezhi.legal_services.legal_aid",
    "xiezhi.legal_services.wages",
    "xiezhi.legal_services.answers",
    "xiezhi.legal_services.interviews",
    "xiezhi.legal_services.criminal",
    "xiezhi.legal_services.satisfaction",  # asks after the steps of all others
    "xiezhi.ui",
    "xiezhi.portal",
    "xiezhi.desk",
    "xiezhi.api",
    "xiezhi.demo",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "xiezhi.config.middleware.SecurityHeaders",
    "xiezhi.api.middleware.Problems",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "xiezhi.ui.middleware.Look",
    "django.middleware.locale.LocaleMiddleware",
    "xiezhi.ui.middleware.Say",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "xiezhi.ui.middleware.Tongue",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "xiezhi.kernel.access.middleware.Gate",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "xiezhi.config.urls"
ASGI_APPLICATION = "xiezhi.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xiezhi.ui.context.look",
            ],
        },
    }
]

# Database: one database, three roles. The web and the worker run as the application role.

DATABASE_ROUTERS = ["xiezhi.dbroles.Router"]
EMBEDDED_POSTGRES = not env.text("DATABASE_URL")
_urls = pg.urls(HOME)
_app_url = env.text("DATABASE_URL", _urls.app)
_owner_url = env.text("DATABASE_OWNER_URL", _urls.owner if EMBEDDED_POSTGRES else _app_url)
_eraser_url = env.text("DATABASE_ERASER_URL", _urls.eraser if EMBEDDED_POSTGRES else _owner_url)
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.database(_app_url),
    "owner": env.database(_owner_url),
    "eraser": env.database(_eraser_url),
}
if int(env.text("XIEZHI_POOL", "0")):
    # Only web processes: so many lasting threads (see serving.py), each with a connection that lives for half an hour.
    DATABASES["default"]["CONN_MAX_AGE"] = 1800
DATABASES["default"]["OPTIONS"].setdefault(
    "options", "-c lock_timeout=15000 -c idle_in_transaction_session_timeout=300000"
)

# Accounts

AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["xiezhi.kernel.access.backends.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "50/15m/ip"}  # failures per account are counted in the database
ACCOUNT_ADAPTER = "xiezhi.kernel.access.adapters.AccountAdapter"
MFA_ADAPTER = "xiezhi.kernel.access.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "獬豸"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
SOCIALACCOUNT_ADAPTER = "xiezhi.kernel.access.oidc.adapter.ProvincialAccountAdapter"
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
OIDC = identity.configuration(demo=env.flag("XIEZHI_DEMO", not env.text("DATABASE_URL")))
"""The provincial identity provider (省统一身份认证), empty where none is connected."""
SOCIALACCOUNT_PROVIDERS = identity.providers(OIDC)

# Sessions: staff screens in a public office are left alone; eight hours is a working day.

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "xiezhi.portal.views.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.flag("XIEZHI_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Language and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [REPOSITORY / "src" / "xiezhi" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# Files

STATIC_URL = "/static/"
LEDGER_ORIGIN = env.text("XIEZHI_LEDGER_ORIGIN", "yunling.example/ledger")
"""Name of the log, for ever: how verifiers and witnesses know it. By custom the address it is served at, without scheme."""
LEDGER_DIR = env.text("XIEZHI_LEDGER_DIR") or str(HOME / "ledger")
"""Keys, policy and the copy of published checkpoints. Put it on another disk than the database."""
EXCHANGE_DIR = env.text("XIEZHI_EXCHANGE_DIR") or str(HOME / "exchange")
"""Keys with which the exchange signs its answers. Several web hosts need the same folder, or copies of it."""
LAW_INDEX_DIR = env.text("XIEZHI_LAW_INDEX_DIR") or str(HOME / "law" / "index")
"""The full-text index of the law library: made from the database, never backed up. Empty: no full text."""
LAW_RETRIEVAL_DIR = env.text("XIEZHI_LAW_RETRIEVAL_DIR") or str(HOME / "law" / "retrieval")
"""Encoder and index for questions in plain words, made by `xiezhi law train`, never backed up. Empty: none are kept."""
LAW_MODEL = env.text("XIEZHI_LAW_MODEL")
"""Folder of an embedding model of one's own (model.onnx, tokenizer.json) in place of the learned encoder."""

# The lake: a folder or s3://bucket/prefix, with the keys of the S3 service.

LAKE_WAREHOUSE = env.text("XIEZHI_LAKE_WAREHOUSE") or str(HOME / "lake")
LAKE_CATALOG = "lake"
LAKE_S3_ENDPOINT = env.text("XIEZHI_LAKE_S3_ENDPOINT")
LAKE_S3_REGION = env.text("XIEZHI_LAKE_S3_REGION")
LAKE_S3_ACCESS_KEY = env.text("XIEZHI_LAKE_S3_ACCESS_KEY")
LAKE_S3_SECRET_KEY = env.text("XIEZHI_LAKE_S3_SECRET_KEY")
LAKE_MEMORY = env.text("XIEZHI_LAKE_MEMORY", "2GB")
"""What one step of the data center may hold in memory before it writes to disk."""
LAKE_THREADS = int(env.text("XIEZHI_LAKE_THREADS", "0"))
"""Threads of one step; 0 means all processors."""
COLLECT_INBOX = env.text("XIEZHI_COLLECT_INBOX") or str(HOME / "inbox")
"""Folder into which units deliver files, one folder a source."""
COLLECT_CONNECTIONS = env.text("XIEZHI_COLLECT_CONNECTIONS") or str(HOME / "sources.json")
"""Addresses and accounts of the databases and interfaces that are collected from; see docs/data/collecting.md."""
COLLECT_HOSTS = env.words("XIEZHI_COLLECT_HOSTS")
"""Hosts (host or host:port) from which interfaces may be collected; no other is ever asked."""
CLUE_LOOKUPS_FILE = env.text("XIEZHI_CLUE_LOOKUPS") or str(HOME / "lookups.json")
"""Which agencies answer what clue rules ask about persons; see docs/data/clues.md. Without the file nobody is asked."""
ENGINE = env.text("XIEZHI_ENGINE", "duckdb")
"""duckdb, or spark for tables that outgrow one machine."""

STATIC_ROOT = HOME / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "xiezhi.config.static.PackageFinder",
]
VENDOR_FILES = {
    "vendor/htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/htmx/sse.min.js": "htmx-ext-sse/dist/sse.min.js",
    "vendor/echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "vendor/quill/quill.js": "quill/dist/quill.js",
    "vendor/quill/quill.snow.css": "quill/dist/quill.snow.css",
}
"""Files of front-end packages as pages name them ({% static "vendor/..." %}), and where they lie in node_modules."""
ICONS_DIR = NODE_MODULES / "@tabler" / "icons" / "icons" / "outline"
"""Tabler's icons as single SVG files; templates put them inline."""
DOCUMENT_FONTS = [NODE_MODULES / "@expo-google-fonts" / name for name in ("noto-serif-sc", "noto-sans-sc")]
"""Folders with the TTF fonts that documents are set in."""
MEDIA_ROOT = HOME / "files"
OPEN_DATA_ROOT = env.text("XIEZHI_OPEN_DATA_DIR") or str(HOME / "open")
"""Files of released open data; they are served as they lie."""
OPEN_DATA_LICENSE = env.text("XIEZHI_OPEN_DATA_LICENSE", "https://creativecommons.org/licenses/by/4.0/")
"""Address of the license that open data is released under."""
_default_storage: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": MEDIA_ROOT, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
}
if env.text("XIEZHI_S3_BUCKET"):
    _default_storage = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.text("XIEZHI_S3_BUCKET"),
            "endpoint_url": env.text("XIEZHI_S3_ENDPOINT") or None,
            "region_name": env.text("XIEZHI_S3_REGION") or None,
            "access_key": env.text("XIEZHI_S3_ACCESS_KEY") or None,
            "secret_key": env.text("XIEZHI_S3_SECRET_KEY") or None,
            "file_overwrite": False,
            "querystring_auth": True,
        },
    }
STORAGES: dict[str, dict[str, Any]] = {
    "default": _default_storage,
    "staticfiles": {"BACKEND": "xiezhi.config.static.StaticStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_242_880
UPLOAD_LIMIT_BYTES = 200 * 1024 * 1024

# Mail: into the visible outbox of the notices app unless a server is named.

EMAIL_HOST = env.text("XIEZHI_SMTP_HOST")
EMAIL_PORT = int(env.text("XIEZHI_SMTP_PORT", "587"))
EMAIL_HOST_USER = env.text("XIEZHI_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("XIEZHI_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("XIEZHI_SMTP_TLS", True)
DEFAULT_FROM_EMAIL = env.text("XIEZHI_MAIL_FROM", "xiezhi@localhost")
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.dummy.EmailBackend"
)

SMS_ADAPTER = env.text("XIEZHI_SMS_ADAPTER")
"""Dotted path of a class with send(address, text); without it messages stay in the visible outbox."""

DEMO = env.flag("XIEZHI_DEMO", EMBEDDED_POSTGRES)
"""Whether this installation shows the fictional province: marks 演示, fixed today, built-in adapters."""
DEMO_REGISTERS = env.flag("XIEZHI_DEMO_REGISTERS")
"""Whether this instance plays the other agencies that the fictional province asks; set for the one that its demo starts."""
MFA_REQUIRED_FOR_STAFF = env.flag("XIEZHI_MFA_REQUIRED", not DEMO)
"""Whether staff and administrators must set up a second factor before they can work."""

# Adapters of the outside world: dotted paths of classes; the built-in ones know fictional people and are marked 演示.

REAL_NAME_CHECK = env.text("XIEZHI_REAL_NAME_CHECK")
RESIDENCE_LOOKUP = env.text("XIEZHI_RESIDENCE_LOOKUP")
ALLOW_FICTIONAL_IDS = DEMO
"""Whether identity numbers of the fictional province (division 99) are accepted."""

# Signing keys in an HSM: path of its PKCS#11 library, label of the token, file that holds the PIN.

PKCS11_MODULE = env.text("XIEZHI_PKCS11_MODULE")
PKCS11_TOKEN = env.text("XIEZHI_PKCS11_TOKEN")
PKCS11_PIN_FILE = env.text("XIEZHI_PKCS11_PIN_FILE")

SITE_ORG = env.text("XIEZHI_SITE_ORG", "云岭省公共法律服务网" if DEMO else "公共法律服务网")
SITE_HOST = env.text("XIEZHI_SITE_HOST", "云岭省司法厅" if DEMO else "")
HOTLINE = "12348"

# A language model of the operator's own that may put found articles into easier words; off without an address.

MODEL_URL = env.text("XIEZHI_MODEL_URL")
MODEL_NAME = env.text("XIEZHI_MODEL_NAME")
MODEL_KEY_FILE = env.text("XIEZHI_MODEL_KEY_FILE")
MODEL_REMOTE = env.flag("XIEZHI_MODEL_REMOTE")
"""Whether the model may stand on another machine (then only by https): questions, without names and numbers, go there."""

LAW_SOURCES = env.words("XIEZHI_LAW_SOURCES")
"""Paths and git addresses that new statutes come from at night; none by default."""

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("XIEZHI_LOG_LEVEL", "WARNING")},
    "loggers": {
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "fontTools": {"level": "ERROR"},
    },
}

UNFOLD = {"SITE_TITLE": "獬豸", "SITE_HEADER": "獬豸 基础数据", "SHOW_HISTORY": True}
PROCRASTINATE_WORKER_DEFAULTS = {"concurrency": 2, "delete_jobs": "successful"}
SILENCED_SYSTEM_CHECKS: list[str] = []
