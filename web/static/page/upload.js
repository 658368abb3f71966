// Sends a file in pieces, so that it may be large and one sees how far it is. It can be dropped anywhere.

const form = document.querySelector("[data-drop]");
const input = form.querySelector("input[type=file]");
const said = document.querySelector("[data-sending]");

form.addEventListener("submit", (event) => {
  if (!input.files.length) return;
  event.preventDefault();
  send(input.files[0]);
});
input.addEventListener("change", () => input.files.length && send(input.files[0]));

for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.classList.remove("over");
});

let sending = false;

async function send(file) {
  if (sending) return;
  sending = true;
  input.disabled = true;
  try {
    const begun = await post(form.dataset.drop, JSON.stringify({ name: file.name, size: file.size }), "application/json");
    for (let at = 0; at < file.size; at += begun.piece) {
      tell(`Sending ${file.name}: ${Math.floor((100 * at) / file.size)}%`);
      await post(`${begun.send}?at=${at}`, file.slice(at, at + begun.piece), "application/octet-stream");
    }
    tell(`Reading ${file.name} …`);
    location.assign(begun.then);
  } catch (error) {
    tell(error.message, true);
    sending = false;
    input.disabled = false;
  }
}

async function post(address, body, type) {
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body, headers: { "Content-Type": type, Accept: "application/json" } });
  } catch {
    throw new Error("The server did not answer. Look whether you are online, and send the file again.");
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.detail || "The file was not taken. Send it again.");
  return found;
}

function tell(text, bad = false) {
  said.textContent = text;
  said.classList.toggle("bad", bad);
}
