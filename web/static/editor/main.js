// The editor: every change of a control is one edit, sent at once; the answer holds what it changed.

import { control, keys, left, pasted, press } from "./controls.js";
import { connect } from "./server.js";
import { suggest } from "./suggest.js";
import { folding } from "./folding.js";
import { outlined } from "./outline.js";
import { palette } from "./palette.js";
import { drawer } from "./drawer.js";
import { help } from "./help.js";
import { menus } from "./menu.js";
import { reverting } from "./changed.js";
import { adding } from "./adding.js";
import { moving } from "./moving.js";
import { text } from "./text.js";
import { trial } from "./trial.js";
import { windowed } from "./window.js";

const editor = document.getElementById("editor");

// The bar wraps where there is little room; what sticks below it has to know how high it is.
const head = document.querySelector(".editor-head");
new ResizeObserver(() => document.documentElement.style.setProperty("--head", `${head.offsetHeight}px`)).observe(head);

connect(editor.dataset.address);
windowed();
text();
trial();
drawer();
suggest(editor.dataset.address);
folding();
outlined();
palette();
help();
if (document.getElementById("add")) {
  document.addEventListener("change", control);
  document.addEventListener("click", press);
  document.addEventListener("paste", pasted);
  document.addEventListener("keydown", keys);
  document.addEventListener("focusout", left);
  menus();
  reverting();
  adding();
  moving();
}
