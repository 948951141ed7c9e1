"use strict";
// Loaded before the page is painted, so that it is never painted in the wrong theme.

(() => {
  const KEY = "teamgauge-theme";
  const root = document.documentElement;

  function stored() {
    try {
      return localStorage.getItem(KEY) || "system";
    } catch {
      return "system"; // a browser that keeps nothing follows the system
    }
  }

  function apply(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    document.dispatchEvent(new Event("themechange"));
  }

  function choose(theme) {
    try {
      if (theme === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // The choice then lasts until the page is left.
    }
    apply(theme);
  }

  apply(stored());
  addEventListener("storage", (event) => event.key === KEY && apply(stored()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    apply(stored()),
  );
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll(".themes")) {
      group.hidden = false;
      group.querySelector(`[value="${stored()}"]`).checked = true;
      group.addEventListener("change", (event) => choose(event.target.value));
    }
  });
})();
