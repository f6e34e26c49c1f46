"""A stored file as an answer of the pages: verified first, shown where that is safe, downloaded otherwise."""

from __future__ import annotations

from django.http import FileResponse

from xiezhi.kernel.documents import storage

__all__ = ["SHOWN_INLINE", "send_stored"]

SHOWN_INLINE = ("application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp")


def send_stored(sha256: str, media_type: str, name: str, *, download: bool = False) -> FileResponse:
    """The content with this digest. Scripts in it cannot run; no cache keeps it. Raises NotStored, Damaged."""
    inline = media_type in SHOWN_INLINE and not download
    response = FileResponse(
        storage.open_verified(storage.key_for(sha256)), as_attachment=not inline, filename=name,
        content_type=media_type if inline else "application/octet-stream",
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
        if inline
        else "sandbox; default-src 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
