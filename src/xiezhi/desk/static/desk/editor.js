/* 獬豸: the drafting editor. Without it the text area stays, with the same text as HTML. */
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const area = document.querySelector("textarea[data-editor]");
  if (!area || !window.Quill) return;
  const Parchment = Quill.import("parchment");
  const scope = { scope: Parchment.Scope.BLOCK };
  const Align = new Parchment.ClassAttributor("align", "ql-align", { ...scope, whitelist: ["center", "right"] });
  const Flush = new Parchment.ClassAttributor("flush", "xz-flush", { ...scope, whitelist: ["on"] });
  Quill.register(Align, true);
  Quill.register(Flush, true);

  /* Stored classes are short words of the document language; the editor has its own names for them. */
  const inward = (html) => html
    .replace(/class="([^"]*)"/g, (whole, names) => `class="${names.split(/\s+/).map((name) => (
      { right: "ql-align-right", center: "ql-align-center", flush: "xz-flush-on" }[name] || name)).join(" ")}"`);
  const outward = (html) => html
    .replace(/&nbsp;/g, " ")
    .replace(/class="([^"]*)"/g, (whole, names) => `class="${names.split(/\s+/).map((name) => (
      { "ql-align-right": "right", "ql-align-center": "center", "xz-flush-on": "flush" }[name] || "")).filter(Boolean).join(" ")}"`);

  const box = document.createElement("div");
  box.className = "xz-editor";
  const label = document.querySelector(`label[for="${area.id}"]`);
  area.after(box);
  area.hidden = true;
  const quill = new Quill(box, {
    theme: "snow",
    formats: ["header", "bold", "underline", "list", "align", "flush", "table"],
    modules: {
      table: true,
      history: { delay: 800, maxStack: 400, userOnly: true },
      toolbar: [[{ header: 2 }, { header: 3 }], ["bold", "underline"], [{ list: "ordered" }, { list: "bullet" }],
        [{ align: "center" }, { align: "right" }], [{ flush: "on" }], ["clean"]],
    },
  });
  quill.setContents(quill.clipboard.convert({ html: inward(area.value) }), "silent");
  quill.history.clear();
  quill.root.setAttribute("role", "textbox");
  quill.root.setAttribute("aria-multiline", "true");
  quill.root.setAttribute("aria-label", label ? label.textContent.trim() : english ? "Text" : "正文");
  if (label) label.addEventListener("click", () => quill.focus());
  const names = english
    ? { "ql-bold": "Bold", "ql-underline": "Underline", "ql-clean": "Clear formatting", "ql-flush": "No indent" }
    : { "ql-bold": "加粗", "ql-underline": "下划线", "ql-clean": "清除格式", "ql-flush": "顶格" };
  const kinds = english
    ? { "ql-header:2": "Heading 1", "ql-header:3": "Heading 2", "ql-list:ordered": "Numbers", "ql-list:bullet": "Bullets", "ql-align:center": "Center", "ql-align:right": "Right" }
    : { "ql-header:2": "一级标题", "ql-header:3": "二级标题", "ql-list:ordered": "编号", "ql-list:bullet": "项目符号", "ql-align:center": "居中", "ql-align:right": "居右" };
  document.querySelectorAll(".ql-toolbar button").forEach((button) => {
    const kind = Array.from(button.classList).find((name) => name.startsWith("ql-")) || "";
    const said = kinds[`${kind}:${button.value}`] || names[kind];
    if (said) { button.setAttribute("aria-label", said); button.title = said; }
    if (kind === "ql-flush") button.textContent = english ? "⇤" : "顶";
  });

  const store = () => { area.value = outward(quill.getSemanticHTML()); };
  quill.on("text-change", () => { store(); area.dispatchEvent(new Event("input", { bubbles: true })); });
  area.form.addEventListener("submit", store, true);
})();
