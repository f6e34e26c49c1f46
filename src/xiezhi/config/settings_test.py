"""Settings of the test run: plain static files, fast passwords, no pool. tests/conftest.py brings the database."""

from xiezhi.config.settings import *  # noqa: F403
from xiezhi.config.settings import DATABASES, STORAGES

DEBUG = False
SECRET_KEY = "tests-only"  # noqa: S105
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DEMO = False
for _alias in DATABASES.values():
    _alias["OPTIONS"].pop("pool", None)
