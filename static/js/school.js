// The school field survives the Back button, a reload and a refused form: the list came after the
// page, and browsers give back only what the page itself had. Kept in this tab, for this page.
for (const box of document.querySelectorAll(".school-choice")) {
  const query = box.querySelector("[type=search]");
  const name = query.name.slice(0, -"_q".length);
  const results = box.querySelector(`[id="${name}_results"]`);
  const texts = [...box.querySelectorAll("[type=search], [type=text]")];
  const key = `${location.pathname} ${name}`;

  const chosen = () => results.querySelector(":checked")?.value ?? "";
  const keep = () =>
    sessionStorage.setItem(
      key,
      JSON.stringify({ choice: chosen(), texts: texts.map((text) => text.value) }),
    );

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
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  if (kept && ["back_forward", "reload"].includes(way?.type)) restore(kept);
  else keep();
  for (const change of ["input", "change"]) box.addEventListener(change, keep);
}
