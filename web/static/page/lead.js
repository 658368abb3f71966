// The leads before and after this one in the list from which it was opened.

import { opened } from "./listed.js";

const beside = document.querySelector("[data-neighbors]");
const found = beside && opened();
const place = found ? found.leads.indexOf(location.pathname + location.search) : -1;
if (place >= 0) {
  const [before, after] = beside.querySelectorAll("a");
  go(before, found.leads[place - 1]);
  go(after, found.leads[place + 1]);
  beside.querySelector("span").textContent = `${place + 1} of ${found.leads.length}${found.more ? " on this page" : ""}`;
  beside.hidden = false;
  const back = document.querySelector("[data-back]");
  back.href = found.list;
}

function go(link, address) {
  if (address) link.href = address;
  else link.removeAttribute("href");
}
