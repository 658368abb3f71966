// Toasts: one short message with one action, where one looks. The newest takes the place of the one before;
// errors and conflicts stay until they are answered or no longer so.

const MOMENT = 8000;
let moment;

/** `acts` are the actions offered, each with a label and what it runs. */
export function say(name, text, { bad = false, stay = bad, act, acts = act ? [act] : [] } = {}) {
  quiet(name);
  if (!stay) for (const passing of document.querySelectorAll("#notices [data-passing]")) passing.remove();
  const toast = document.createElement("div");
  toast.className = bad ? "toast bad" : "toast";
  toast.dataset.name = name;
  const words = document.createElement("p");
  words.append(text);
  toast.append(words);
  for (const { label, run } of acts) {
    toast.append(button(label, () => {
      toast.remove();
      run();
    }));
  }
  const close = button("×", () => toast.remove());
  close.className = "close";
  close.setAttribute("aria-label", "Dismiss");
  toast.append(close);
  document.getElementById("notices").append(toast);
  if (stay) return;
  toast.dataset.passing = "";
  clearTimeout(moment);
  moment = setTimeout(leave, MOMENT, toast);
}

/** It goes once nobody rests on it. */
function leave(toast) {
  if (toast.matches(":hover, :focus-within")) moment = setTimeout(leave, MOMENT, toast);
  else toast.remove();
}

function button(label, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", run);
  return made;
}

export function quiet(name) {
  for (const notice of document.querySelectorAll("#notices [data-name]")) {
    if (notice.dataset.name === name) notice.remove();
  }
}
