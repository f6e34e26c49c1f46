"""Every document of legal aid, registered with the kernel on import. The wording is our own."""

from __future__ import annotations

from xiezhi.kernel.documents import templates

from . import document_intake, document_service

__all__ = ["TEMPLATES"]

TEMPLATES = (*document_intake.TEMPLATES, *document_service.TEMPLATES)

templates.register_all(TEMPLATES)
