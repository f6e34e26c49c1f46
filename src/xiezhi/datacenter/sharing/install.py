"""Everything sharing registers when the platform starts."""

from __future__ import annotations

__all__ = ["install"]


def install() -> None:
    """Register procedures, documents, hooks and seats."""
    from xiezhi.datacenter import roles as platform
    from xiezhi.kernel.procedures import hooks, policies, registry

    from . import documents  # noqa: F401 - documents register on import
    from .corrections.procedure import Correction
    from .hooks import CORRECTION, LISTING, REQUEST
    from .listing.procedure import Listing
    from .requests.procedure import Request

    for declared, hook in ((Request, REQUEST), (Correction, CORRECTION), (Listing, LISTING)):
        registry.register(declared)
        hooks.register(declared.code, hook)
    codes = (Request.code, Correction.code, Listing.code)
    policies.seat(codes, platform.SHARER.code, platform.HEAD.code)
    policies.part_of_unit("requester", platform.SHARER.code)
    policies.part_of_unit("requester_head", platform.HEAD.code)
    policies.part_of_unit(platform.AUTHORITY.code, platform.AUTHORITY.code)
