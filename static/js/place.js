"use strict";
// A filter opens the same page anew. It is shown where it was left, so that who changes
// a chart far down goes on looking at it.

(() => {
  const KEY = "place";
  const CHOOSERS = ".picker a, .controls a, .controls button";

  document.addEventListener("click", (event) => {
    if (event.target.closest(CHOOSERS))
      sessionStorage.setItem(KEY, JSON.stringify([location.pathname, scrollY]));
  });

  const [path, top] = JSON.parse(sessionStorage.getItem(KEY) || "[]");
  sessionStorage.removeItem(KEY);
  if (path === location.pathname && !location.hash) scrollTo(0, top);
})();
