"""What reconsideration does, for the faces and the API. Nothing but events changes a matter."""

from __future__ import annotations

from .filing import Checked, Duplicate, check_application, duplicates, file_application, propose_organ

__all__ = ["Checked", "Duplicate", "check_application", "duplicates", "file_application", "propose_organ"]
