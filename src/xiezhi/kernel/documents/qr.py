"""QR codes as SVG, for the foot of a document."""

from __future__ import annotations

import io

import segno


def qr_svg(url: str) -> str:
    """The QR code of ``url`` as an SVG string without border or XML declaration. Level M survives a stamp or a fold.

    Raises ``ValueError`` when the address is longer than a code that people can still scan from paper (300 characters).
    """
    if not url or len(url) > 300:
        raise ValueError("核验网址应当为1至300个字符")
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=1, xmldecl=False, svgns=True)
    return out.getvalue().decode("utf-8")
