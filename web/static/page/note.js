// Ctrl+Enter in a note sends it.

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("form textarea")) return;
  event.preventDefault();
  const button = event.target.form.querySelector("button.primary:enabled");
  if (button) event.target.form.requestSubmit(button);
});
