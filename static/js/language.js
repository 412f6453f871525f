// Another language is another page: what was typed on this one would be gone. Ask first.
for (const form of document.querySelectorAll("form.language")) {
  form.addEventListener("submit", (event) => {
    if (isTyped() && !window.confirm(form.dataset.warning)) event.preventDefault();
  });
}

function isTyped() {
  const fields = document.querySelectorAll("main form[method=post] :is(input, select, textarea)");
  // A form that was refused came back with what was typed.
  return [...fields].some((field) => field.matches("[aria-invalid=true]") || isChanged(field));
}

function isChanged(field) {
  if (field.type === "hidden") return false;
  if (field.matches("select")) {
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0);
  }
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}
