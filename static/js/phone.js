// Booking on a school's behalf by keyboard alone.

// Enter among the schools takes the one that is chosen, or else the first that is found: never the
// one that was chosen for what was typed before.
for (const box of document.querySelectorAll(".school-choice")) {
  const query = box.querySelector("[type=search]");
  const chosen = () => box.querySelector("[type=radio]:checked");
  let typedSince = false;
  query.addEventListener("input", () => (typedSince = true));
  box.addEventListener("change", ({ target }) => {
    if (target.type === "radio") typedSince = false;
  });
  box.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (target !== query && target.type !== "radio") return;
    if (key === "Enter" && (query.value || chosen())) {
      event.preventDefault();
      if (typedSince && chosen()) chosen().checked = false;
      const take = query.form.querySelector("[name=school_take][value=school]");
      query.form.requestSubmit(take);
    } else if (key === "ArrowDown" && target === query) {
      const first = box.querySelector("[type=radio]");
      if (!first) return;
      event.preventDefault();
      first.focus();
      first.click();
      typedSince = false;
    }
  });
}

// Enter in the name of an organisation looks whether we know it.
document.querySelector(".desk [name=organisation]")?.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (key !== "Enter" || !target.value.trim()) return;
  event.preventDefault();
  target.form.requestSubmit(target.form.querySelector("[name=organisation_take]"));
});

// The keyboard goes on where the page says; what was filled in there is typed over, and a list with
// a search of its own opens. Pictures and styles come late: who types elsewhere by then goes on there.
const isFree = (field) => [document.body, field].includes(document.activeElement);
window.addEventListener("load", () => {
  const field = document.querySelector(".desk [autofocus]");
  if (field && isFree(field)) {
    field.focus();
    const isText = field.matches("input:not([type=radio], [type=checkbox])");
    if (isText && field.value === field.defaultValue) field.select();
  }
  // jQuery's turn comes late, and after that of the script that makes select2 of the list.
  const list = document.querySelector(".desk [data-opens]");
  const open = () => isFree(list) && window.django.jQuery(list).select2("open");
  if (list) window.django.jQuery(() => setTimeout(open));
});
