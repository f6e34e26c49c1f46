"""The server interface: Granian calls `application`."""

import os

from django.core.asgi import get_asgi_application

from xiezhi.config.bodylimit import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiezhi.config.settings")
application = BodyLimit(get_asgi_application())
