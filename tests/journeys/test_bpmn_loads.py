"""Other people's tools can open our export: bpmn-js in a real browser draws it without a warning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from xiezhi.kernel.procedures import bpmn, registry

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
VIEWER = ROOT / "node_modules/bpmn-js/dist/bpmn-viewer.production.min.js"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]


@pytest.mark.parametrize("procedure", registry.load_all(), ids=lambda p: p.code)
def test_bpmn_js_draws_the_export(procedure: Any, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    try:
        page.set_content('<div id="canvas"></div>')
        page.add_script_tag(path=str(VIEWER))
        result = page.evaluate(
            """async (xml) => {
                  const canvas = document.getElementById('canvas');
                  canvas.style.height = '1000px';
                  const viewer = new BpmnJS({ container: canvas });
                  const { warnings } = await viewer.importXML(xml);
                  viewer.get('canvas').zoom('fit-viewport');
                  const elements = viewer.get('elementRegistry').filter((e) => e.type === 'bpmn:UserTask');
                  return { warnings: warnings.map((w) => w.message), tasks: elements.length };
                }""",
            bpmn.export(procedure),
        )
    finally:
        page.close()
    assert result["warnings"] == []
    assert result["tasks"] == sum(1 for e in procedure.events.values() if not e.when)
