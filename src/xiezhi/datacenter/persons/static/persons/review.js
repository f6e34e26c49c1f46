// One key for each step of the review desk. Without this script every step works by mouse and Tab.
(function () {
  "use strict";
  function busy(target) {
    return target && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) && target.type !== "radio";
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) return;
    var key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "Enter" && event.target.tagName !== "BODY" && event.target.type !== "radio") return;
    var found = Array.prototype.find.call(document.querySelectorAll("[data-key]"), function (one) { return one.dataset.key === key; });
    if (!found) return;
    event.preventDefault();
    if (found.type === "radio") { found.checked = true; found.focus(); } else if (key === "r" || key === "z") { found.focus(); } else { found.click(); }
  });
}());
