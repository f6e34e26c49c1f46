/* 欠薪求助: say which photos were chosen, since the file inputs stand behind large buttons. Nothing needs it. */
"use strict";
(() => {
  const said = document.querySelector("[data-photos]");
  if (!said) return;
  const inputs = ["f-camera", "f-attachments"].map((id) => document.getElementById(id)).filter(Boolean);
  const first = said.textContent;
  const tell = () => {
    const names = inputs.flatMap((input) => Array.from(input.files || []).map((file) => file.name));
    said.textContent = names.length ? `${names.length}：${names.join("、")}` : first;
  };
  inputs.forEach((input) => input.addEventListener("change", tell));
})();
