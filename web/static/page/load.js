// Parts of a page that take longer are asked for once it is there.

for (const place of document.querySelectorAll("[data-load]")) {
  void fetch(place.dataset.load).then(async (answer) => {
    if (!answer.ok) return;
    const made = document.createElement("template");
    made.innerHTML = (await answer.text()).trim();
    place.replaceChildren(made.content);
    delete place.dataset.load;
  }).catch(() => null);
}
