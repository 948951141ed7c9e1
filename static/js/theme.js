"use strict";
// Loaded before the page is painted, so that it is never painted in the wrong theme.
// Key and values are those of Django's admin: one choice holds for both.

(() => {
  const KEY = "theme";
  const root = document.documentElement;

  function stored() {
    try {
      return localStorage.getItem(KEY) || "auto";
    } catch {
      return "auto"; // a browser that keeps nothing follows the system
    }
  }

  function apply(theme) {
    root.dataset.theme = theme;
    document.dispatchEvent(new Event("themechange"));
  }

  function choose(theme) {
    try {
      localStorage.setItem(KEY, theme);
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
