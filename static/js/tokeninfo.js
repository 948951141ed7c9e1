"use strict";
// Ctrl+S (or Cmd+S) saves both texts, as the button does.

addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  const form = document.querySelector("form[data-save]");
  form.requestSubmit(form.querySelector('[name="do"]'));
});
