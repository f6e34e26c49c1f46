"""Applications in steps: one question a page. Each service that can be applied for online brings a flow."""

from __future__ import annotations

from xiezhi.portal.apply.flow import Flow, Step
from xiezhi.portal.apply.reconsideration import FLOW as RECONSIDERATION

__all__ = ["FLOWS", "Flow", "Step"]

FLOWS: dict[str, Flow] = {RECONSIDERATION.code: RECONSIDERATION}
