// What a page of leads hands to the page of one: the leads in its order, and its own address.

const KEY = "leadwright-leads";

/** Keeps the leads of this page for whichever of them is opened next. */
export function keep(links, more) {
  const leads = links.map((link) => link.pathname + link.search);
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ list: location.pathname + location.search, leads, more }));
  } catch {
    // Without storage a lead is shown by itself.
  }
}

/** The leads that were listed last; null for none. */
export function opened() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}
