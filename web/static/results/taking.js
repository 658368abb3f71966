// Proposed changes: all taken or left at once, and how many are.

const form = document.getElementById("taking");
const tools = form?.querySelector(".actions");

if (tools) {
  const choices = [...form.querySelectorAll('input[type="radio"]')];
  const taken = choices.filter((one) => one.value === "yes");
  const button = form.querySelector("button.primary");
  const said = tools.querySelector('[role="status"]');

  const count = () => {
    const number = taken.filter((one) => one.checked).length;
    said.textContent = `${number} of ${taken.length} taken`;
    button.textContent = number ? `Put ${number === 1 ? "1 change" : `${number} changes`} into the draft` : "Nothing is taken";
    button.disabled = !number;
  };

  for (const one of tools.querySelectorAll("[data-all]")) {
    one.addEventListener("click", () => {
      for (const choice of choices) choice.checked = choice.value === one.dataset.all;
      count();
    });
  }
  form.addEventListener("change", count);
  // A browser that comes back to the page brings back what was chosen.
  addEventListener("pageshow", count);
  tools.hidden = false;
  count();
}
