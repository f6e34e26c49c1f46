"""The server interface: Granian calls `application`."""

import os

import django

from xiezhi.config.bodylimit import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiezhi.config.settings")
django.setup(set_prefix=False)

from xiezhi.config import serving  # noqa: E402 - needs the settings
from xiezhi.config.doors import Doors  # noqa: E402
from xiezhi.datacenter.exchange import gateway  # noqa: E402

application = Doors(exchange=gateway.app, everything_else=BodyLimit(serving.Handler(serving.threads())))
serving.settle_memory()
