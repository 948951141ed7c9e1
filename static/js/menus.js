"use strict";
// An open menu closes on Escape and on a click or a focus somewhere else.

(() => {
  const open = () => document.querySelectorAll("details.menu[open]");

  function closeOthers(target) {
    for (const menu of open()) if (!menu.contains(target)) menu.open = false;
  }

  document.addEventListener("click", (event) => closeOthers(event.target));
  document.addEventListener("focusin", (event) => closeOthers(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
