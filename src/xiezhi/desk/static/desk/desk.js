/* 獬豸 desk: what the queue and the forms do beyond HTML. Nothing here is needed to work. */
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const one = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  /* Selected rows: the bar over the queue counts them, and a live repaint keeps them. */
  let kept = new Set(), cursor = "";
  const picks = () => all("input[name=pick]");
  const count = () => {
    const bar = one("[data-bulk]");
    if (!bar) return;
    const n = picks().filter((box) => box.checked).length;
    bar.hidden = n === 0;
    const said = one("[data-bulk-n]", bar);
    if (said) said.textContent = english ? `${n} selected` : `已选${n}件`;
    picks().forEach((box) => box.closest("tr").classList.toggle("is-selected", box.checked));
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[name=pick], [data-pick-all]")) setTimeout(count);
    const form = event.target.closest("form[data-filters]");
    if (form && event.target.tagName === "SELECT") form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-unpick]")) { picks().forEach((box) => { box.checked = false; }); count(); }
    const row = event.target.closest("tr[data-row]");
    if (row && !event.target.closest("a, input, button, label")) { const link = one(".xz-queue__no a", row); if (link && !String(window.getSelection())) link.click(); }
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.target || !event.detail.target.matches("[data-queue]")) return;
    kept = new Set(picks().filter((box) => box.checked).map((box) => box.value));
    const row = one("tr.is-cursor");
    cursor = row ? row.dataset.row : "";
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (!event.detail.target || !event.detail.target.matches("[data-queue]")) return;
    picks().forEach((box) => { box.checked = kept.has(box.value); });
    if (cursor) { const row = one(`tr[data-row="${cursor}"]`); if (row) row.classList.add("is-cursor"); }
    count();
  });
  /* A repaint must not take away what somebody is just reading or choosing. */
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const area = event.detail.elt;
    if (!area.matches("#queue, #matter")) return;
    const at = document.activeElement;
    if (at && area.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName) && at.type !== "checkbox") event.preventDefault();
    if (area.id === "matter" && one("details[open] form", area)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable) return;
    const dialog = one("#keys");
    if (dialog) { event.preventDefault(); dialog.showModal(); }
  });

  /* Leaving a form with unsaved words asks first. */
  let dirty = false;
  document.addEventListener("input", (event) => { if (event.target.form && event.target.form.matches("[data-unsaved]")) dirty = true; });
  document.addEventListener("submit", () => { dirty = false; });
  const line = one("#autosave");
  if (line) new MutationObserver(() => { if (!line.textContent.includes(line.dataset.failed || "\u0000")) dirty = false; }).observe(line, { childList: true, characterData: true, subtree: true });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  /* What was revealed hides itself again. */
  const hide = (root) => all("[data-hide-after]", root).forEach((node) => setTimeout(() => { node.textContent = english ? "Hidden" : "已隐藏"; }, Number(node.dataset.hideAfter) * 1000));
  hide(document);
  document.body.addEventListener("htmx:afterSwap", (event) => hide(event.detail.target));
  count();
})();
