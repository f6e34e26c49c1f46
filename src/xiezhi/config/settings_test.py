"""Settings of the test run: plain static files, fast passwords, no pool. tests/conftest.py brings the database.

Nothing of the developer's own installation may show in tests: its variables are dropped and its data folder is replaced
by one of the run, which xdist's workers share.
"""

import os
import tempfile
from pathlib import Path

_KEPT = ("XIEZHI_NOTHING_LEFT_OUT", "XIEZHI_SOAK", "XIEZHI_VENV", "XIEZHI_TEST_RUN")
for _name in [name for name in os.environ if name.startswith(("XIEZHI_", "DATABASE_")) and name not in _KEPT]:
    del os.environ[_name]
RUN = Path(os.environ.get("XIEZHI_TEST_RUN") or tempfile.mkdtemp(prefix="xiezhi-test-"))
os.environ["XIEZHI_TEST_RUN"] = os.environ["XIEZHI_HOME"] = str(RUN)

from xiezhi.config.settings import *  # noqa: E402, F403
from xiezhi.config.settings import DATABASES, STORAGES  # noqa: E402

DEBUG = False
SECRET_KEY = "tests-only"  # noqa: S105
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DEMO = False
LAW_INDEX_DIR = LAW_RETRIEVAL_DIR = ""  # workers share the data folder but not the database
ALLOW_FICTIONAL_IDS = True
for _alias in DATABASES.values():
    _alias["OPTIONS"].pop("pool", None)
