// Notices above the cards: said to everybody, screen readers too, and gone when they are no longer so.

const MOMENT = 8000;

export function say(name, text, { bad = false, stay = bad, act } = {}) {
  quiet(name);
  const notice = document.createElement("p");
  notice.className = bad ? "message bad" : "message";
  notice.dataset.name = name;
  notice.append(text);
  if (act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = act.label;
    button.addEventListener("click", () => {
      notice.remove();
      act.run();
    });
    notice.append(" ", button);
  }
  document.getElementById("notices").append(notice);
  if (!stay) setTimeout(() => notice.remove(), MOMENT);
}

export function quiet(name) {
  for (const notice of document.querySelectorAll("#notices [data-name]")) {
    if (notice.dataset.name === name) notice.remove();
  }
}
