"use strict";
/* The buttons that print the page. Without scripts the browser's own menu does. */
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
