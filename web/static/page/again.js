// Every choice about a column is looked at at once: the form is sent, and the page that comes back takes its
// place, with focus where it was.

let latest = 0;

document.addEventListener("change", (event) => {
  if (event.target.form?.matches("[data-again]")) look(event.target.form);
});
document.addEventListener("submit", (event) => {
  const pressed = event.submitter;
  if (!event.target.matches("[data-again]") || pressed?.name === "act") return;
  event.preventDefault();
  look(event.target, pressed);
});

async function look(form, pressed) {
  const turn = ++latest;
  const main = document.getElementById("content");
  main.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form));
  if (pressed?.name) body.set(pressed.name, pressed.value);
  let made;
  try {
    const answer = await fetch(location.pathname, { method: "POST", body });
    made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("content");
  } catch {
    form.submit();
    return;
  }
  if (turn !== latest) return;
  if (!made.querySelector("[data-again]")) {
    location.reload();
    return;
  }
  const focused = document.activeElement?.id;
  const opened = document.getElementById("reading")?.open;
  main.replaceChildren(...made.childNodes);
  main.removeAttribute("aria-busy");
  if (opened) document.getElementById("reading").open = true;
  (focused && document.getElementById(focused) ? document.getElementById(focused) : main).focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("leadwright:settled"));
}
