// "?" shows the keys of the editor and "/" goes to the outline's search, where nobody is typing.

export function help() {
  const dialog = document.getElementById("keys");
  const open = () => dialog.showModal();
  document.querySelector("[data-keys]").addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector("dialog[open]")) return;
    const search = document.querySelector("#outline input");
    if (event.key === "?") open();
    else if (event.key === "/" && search.checkVisibility()) search.focus();
    else return;
    event.preventDefault();
  });
}

/** The text view has a shadow of its own, so the event's own path is asked. */
function isTyping(event) {
  const [at] = event.composedPath();
  return at.isContentEditable || at.matches?.("input, select, textarea");
}
