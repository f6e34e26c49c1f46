#!/usr/bin/env python
"""Django's own commands, for those who look for them. The platform's command is `xiezhi`."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiezhi.config.settings")
execute_from_command_line(sys.argv)
