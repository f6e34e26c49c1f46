"""Every document of administrative reconsideration, registered with the kernel on import.

The wording of the first drafts is ours; the articles name where each content comes from. An officer edits the draft,
the required fields and the remedy clause are checked again before signing.
"""

from __future__ import annotations

from xiezhi.kernel.documents import templates

from . import document_admission, document_decision, document_review

TEMPLATES = (*document_admission.TEMPLATES, *document_review.TEMPLATES, *document_decision.TEMPLATES)

templates.register_all(TEMPLATES)
