(function () {
  "use strict";
  var open = [], said = 0;
  function each(root, selector, act) { Array.prototype.forEach.call(root.querySelectorAll(selector), act); }
  function stale(lost) {
    each(document, ".live", function (mark) {
      if (lost === mark.classList.contains("stale")) return;
      mark.classList.toggle("stale", lost);
      mark.querySelector(".live-on").hidden = lost;
      mark.querySelector(".live-off").hidden = !lost;
    });
  }
  document.addEventListener("htmx:sseError", function () { stale(true); });
  document.addEventListener("htmx:sseOpen", function () { stale(false); });
  document.addEventListener("htmx:beforeSwap", function (event) {
    open = [];
    each(event.detail.target, "details[open][id]", function (part) { open.push(part.id); });
  });
  document.addEventListener("htmx:afterSettle", function () {
    open.forEach(function (id) { var part = document.getElementById(id); if (part) part.open = true; });
  });
  document.addEventListener("htmx:oobBeforeSwap", function (event) {
    var same = event.detail.target.textContent === event.detail.fragment.textContent;
    if (event.detail.target.id !== "said") return;
    if (same || Date.now() - said < 10000) event.detail.shouldSwap = false;
    else said = Date.now();
  });
})();
