// The school field survives the Back button, a reload and a refused form: the list came after the
// page, and browsers give back only what the page itself had. Kept with this entry of the history,
// since the same address can be in it more than once.
for (const box of document.querySelectorAll(".school-choice")) {
  const query = box.querySelector("[type=search]");
  const name = query.name.slice(0, -"_q".length);
  const results = box.querySelector(`[id="${name}_results"]`);
  const texts = [...box.querySelectorAll("[type=search], [type=text]")];

  const chosen = () => results.querySelector(":checked")?.value ?? "";
  const keep = () => {
    const typed = { choice: chosen(), texts: texts.map((text) => text.value) };
    history.replaceState({ ...history.state, [name]: typed }, "");
  };

  const restore = (kept) => {
    texts.forEach((text, place) => (text.value = kept.texts[place] ?? ""));
    const fold = box.querySelector("details");
    if (fold && texts.some((text) => text !== query && text.value)) fold.open = true;
    if (!query.value && !kept.choice) return;
    window.htmx?.ajax("GET", query.getAttribute("data-hx-get"), {
      target: results,
      values: { [query.name]: query.value, [name]: kept.choice },
    });
  };

  // Enter, or the key with a magnifier of a phone, searches, also where the list came while one
  // typed: it would send a form half filled in. Where Enter takes the school: phone.js.
  query.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || query.form.querySelector("[name=school_take]")) return;
    event.preventDefault();
    query.form.requestSubmit(box.querySelector(`[name="${name}_find"]`));
  });

  const [way] = performance.getEntriesByType("navigation");
  const kept = history.state?.[name];
  if (kept && ["back_forward", "reload"].includes(way?.type)) restore(kept);
  else keep();
  for (const change of ["input", "change"]) box.addEventListener(change, keep);
}
