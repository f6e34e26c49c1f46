/* 獬豸: the little that pages do beyond HTML. Every function here makes something easier; nothing needs it. */
"use strict";
(() => {
  const one = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const csrf = () => {
    try { return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || ""; } catch { return ""; }
  };
  const typing = (target) => target && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

  /* The error summary takes the focus, so that a screen reader says it first. */
  const focusErrors = (root) => { const box = one("[data-focus]", root); if (box) box.focus(); };

  /* Queue keys: j and k move, Enter opens, x selects, / searches. */
  let cursor = -1;
  const move = (step) => {
    const rows = all(".xz-queue tbody tr:not(.is-group)");
    if (!rows.length) return;
    rows.forEach((row) => row.classList.remove("is-cursor"));
    cursor = Math.max(0, Math.min(rows.length - 1, cursor + step));
    const row = rows[cursor];
    row.classList.add("is-cursor");
    row.scrollIntoView({ block: "nearest" });
    const link = one("a", row);
    if (link) link.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") { const find = one("#find") || one("#q"); if (find) { event.preventDefault(); find.focus(); } }
    if (!one(".xz-queue")) return;
    if (event.key === "j") { event.preventDefault(); move(1); }
    if (event.key === "k") { event.preventDefault(); move(cursor < 0 ? 1 : -1); }
    if (event.key === "x") {
      const box = one(".xz-queue tr.is-cursor input[type=checkbox]");
      if (box) { event.preventDefault(); box.click(); }
    }
  });

  /* Autosave: a form with data-autosave posts itself there some seconds after the last change. */
  const autosave = (form) => {
    const line = one(form.dataset.autosaveLine || "#autosave");
    let timer = 0, busy = false, again = false;
    const save = async () => {
      if (busy) { again = true; return; }
      busy = true;
      const body = new FormData(form);
      all("input[type=file]", form).forEach((input) => body.delete(input.name));
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": csrf(), "X-Autosave": "1" },
        });
        const said = answer.headers.get("content-type") === "application/json" ? await answer.json() : {};
        if (said.revision) { const field = one("input[name=_revision]", form); if (field) field.value = said.revision; }
        if (line) line.textContent = answer.ok ? (said.message || "") : (said.message || line.dataset.failed || "");
      } catch {
        if (line) line.textContent = line.dataset.failed || "";
      }
      busy = false;
      if (again) { again = false; save(); }
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 3000); });
    form.addEventListener("submit", () => clearTimeout(timer));
  };

  /* One press, one request: a second press while the first is under way does nothing. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method === "dialog" || form.hasAttribute("hx-get")) return;
    if (form.dataset.sent === "1") { event.preventDefault(); return; }
    if (form.method === "post") { form.dataset.sent = "1"; setTimeout(() => { delete form.dataset.sent; }, 8000); }
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));

  /* Dialogs, copy, print, selecting a whole page of rows. */
  document.addEventListener("click", async (event) => {
    const target = event.target.closest("[data-open],[data-close],[data-copy],[data-print]");
    if (!target) return;
    if (target.dataset.open) { const dialog = document.getElementById(target.dataset.open); if (dialog) { event.preventDefault(); dialog.showModal(); } }
    if ("close" in target.dataset) { const dialog = target.closest("dialog"); if (dialog) dialog.close(); }
    if ("print" in target.dataset) { event.preventDefault(); window.print(); }
    if (target.dataset.copy) {
      const from = document.getElementById(target.dataset.copy);
      if (!from) return;
      event.preventDefault();
      try { await navigator.clipboard.writeText(from.textContent.trim()); target.textContent = target.dataset.done || "✓"; } catch { window.getSelection().selectAllChildren(from); }
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) all(".xz-queue__pick input:not([data-pick-all])").forEach((box) => { box.checked = event.target.checked; });
  });
  all("[data-needs-script]").forEach((node) => { node.hidden = false; });

  /* Left alone for long: say so before the session ends, and leave the page when it has. Whoever reads or types without
     sending anything says now and then that they are here. */
  const idle = Number(document.body.dataset.idle || 0);
  const dialog = document.getElementById("idle");
  if (idle && dialog) {
    let timer = 0;
    let told = Date.now();
    const leave = () => window.location.reload();
    const warn = () => { if (!dialog.open) dialog.showModal(); timer = setTimeout(leave, 305 * 1000); };
    const here = () => { told = Date.now(); fetch("/my/alive/", { credentials: "same-origin" }).catch(() => {}); };
    const reset = () => {
      if (dialog.open) return;
      clearTimeout(timer);
      timer = setTimeout(warn, idle * 1000);
      if (Date.now() - told > 240 * 1000) here();
    };
    dialog.addEventListener("close", () => { reset(); here(); });
    ["pointerdown", "keydown", "scroll"].forEach((name) => document.addEventListener(name, reset, { passive: true }));
    reset();
  }

  focusErrors(document);
  all("form[data-autosave]").forEach(autosave);
  document.body.addEventListener("htmx:afterSwap", (event) => {
    focusErrors(event.detail.target);
    all("form[data-autosave]", event.detail.target).forEach(autosave);
  });
})();
