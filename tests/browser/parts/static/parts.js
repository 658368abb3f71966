// States that pass, made to stay: by the style sheets' own rules, and by the editor's own script of notices.

const { notices } = document.querySelector("script[data-notices]").dataset;
const { say } = await import(notices);

const undo = { label: "Undo", run() {} };
say("removed", "Rule “Student” deleted.", { stay: true, act: undo });
say("undone", "Undone: threshold is 40 again.", { stay: true, act: { label: "Show", run() {} } });
say("conflict", "Jonas changed this to 45 days. You typed 30.", { bad: true, act: { label: "Keep mine", run() {} } });
say("saving", "Could not save: no connection. Your 3 changes are kept here.", { bad: true, act: { label: "Try again", run() {} } });

// A rule that asks for :hover or :focus-visible asks for the attribute as well.
function force(sheet) {
  for (const rule of [...sheet.cssRules]) {
    if (rule.styleSheet) force(rule.styleSheet);
    else if (/:(hover|focus-visible)/.test(rule.selectorText || "")) {
      const forced = rule.selectorText.replace(/:(hover|focus-visible)/g, '[data-state="$1"]');
      sheet.insertRule(rule.cssText.replace(rule.selectorText, forced), sheet.cssRules.length);
    }
  }
}
[...document.styleSheets].forEach(force);

const row = (name) => document.querySelector(`#cards article[data-key="rule:${name}"]`);
row("Hover").dataset.state = "hover";
row("Keyboard focus").querySelector(".opens").dataset.state = "focus-visible";
row("Dragged").classList.add("dragged");
row("Open").append(...document.querySelectorAll(".parts .pending"));
document.documentElement.dataset.ready = "";
