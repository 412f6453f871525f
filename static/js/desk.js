// The back office, beside django-unfold's own script.

// unfold's styles have room for the side bar from 1280 px on, its script from 1281 px.
const WIDE = 1280;

document.addEventListener("alpine:init", () => {
  const unfold = window.theme;
  const isWide = () => window.innerWidth >= WIDE;
  const isOpen = () => isWide() && localStorage.getItem("sidebarOpen") !== "0";
  window.theme = (...settings) => {
    const data = unfold(...settings);
    data.sidebarOpen = isOpen();
    data.sidebarToggle = function () {
      this.sidebarOpen = !this.sidebarOpen;
      if (isWide()) localStorage.setItem("sidebarOpen", this.sidebarOpen ? "1" : "0");
    };
    data.themeBindings["x-resize.window"] = function () {
      this.sidebarOpen = isOpen();
    };
    return data;
  };
});

// unfold's pages have no <main>: who does not see jumps to it.
document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("main")?.setAttribute("role", "main");
});

// select2 does not tell which label its boxes have.
function nameOf(select) {
  return select.labels?.[0]?.textContent.replace("*", "").trim() || select.ariaLabel || "";
}
function nameBoxes() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const box = select.nextElementSibling;
    for (const part of box.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
      part.setAttribute("aria-label", nameOf(select));
    }
  }
}
document.addEventListener("DOMContentLoaded", () => {
  const jQuery = window.django?.jQuery;
  if (!jQuery) return;
  jQuery(nameBoxes); // after select2, which waits in the same line
  document.addEventListener("formset:added", () => setTimeout(nameBoxes));
  jQuery(document).on("select2:open", ({ target }) => {
    const field = document.querySelector(".select2-container--open .select2-search__field");
    field?.setAttribute("aria-label", nameOf(target));
  });
});

// What select2 looked up is not in the page, so that browsers cannot give it back: after Back and a
// reload it is chosen again. Kept with this entry of the history.
const lookedUp = () => document.querySelectorAll("form[method=post] select.admin-autocomplete");
const chosenIn = (select) => [...select.selectedOptions].map(({ value, text }) => [value, text]);
function keepLookedUp() {
  const kept = [...lookedUp()].map((select) => [select.name, chosenIn(select)]);
  history.replaceState({ ...history.state, lookedUp: Object.fromEntries(kept) }, "");
}
function chooseAgain(select, options) {
  for (const option of [...select.options]) option.selected = false;
  for (const [value, text] of options) {
    const found = [...select.options].find((option) => option.value === value);
    if (found) found.selected = true;
    else select.add(new Option(text, value, false, true));
  }
  window.django.jQuery(select).trigger("change.select2"); // it shows what is chosen
}
const isAgain = () =>
  ["back_forward", "reload"].includes(performance.getEntriesByType("navigation")[0]?.type);

// Nor are rows that were added. Where rows were saved meanwhile, what was typed is with them, and
// browsers would put it on others that stand in their place.
function rowsOf(total) {
  const prefix = total.name.slice(0, -"TOTAL_FORMS".length);
  const fields = [...total.form.querySelectorAll(`[name^="${prefix}"]:not([type=file])`)];
  const saved = fields.filter(({ name, value }) => name.endsWith("-id") && value);
  return { fields, saved: saved.map(({ value }) => value).join() };
}
const formsets = () => [...document.querySelectorAll("form[method=post] [name$=-TOTAL_FORMS]")];
function keepRows() {
  const kept = formsets().map((total) => {
    const { fields, saved } = rowsOf(total);
    const typed = fields.map(({ name, value, checked }) => [name, value, checked]);
    return [total.name, { saved, number: total.value, typed }];
  });
  history.replaceState({ ...history.state, rows: Object.fromEntries(kept) }, "");
}
function addAgain(total, { number, typed }) {
  const add = document.querySelector(`#${total.name.replace("-TOTAL_FORMS", "-group")} .add-row`);
  const lacking = add ? number - total.value : 0;
  for (let row = 0; row < lacking; row++) add.click();
  for (const [name, value, checked] of typed) {
    const field = total.form.elements[name];
    const isOne = field && !["hidden", "select-multiple"].includes(field.type);
    if (isOne) Object.assign(field, { value, checked });
  }
}
function giveRowsBack() {
  const rows = isAgain() && history.state?.rows;
  const kept = rows ? formsets().filter(({ name }) => rows[name]) : [];
  const isSaved = (total) => rowsOf(total).saved !== rows[total.name].saved;
  if (kept.some(isSaved)) kept[0].form.reset();
  else for (const total of kept) addAgain(total, rows[total.name]);
  for (const event of ["change", "formset:added", "formset:removed"]) {
    document.addEventListener(event, keepRows);
  }
}
window.addEventListener("load", () => {
  // After Django's own script, which waits in the same line.
  if (formsets().length) window.django?.jQuery(giveRowsBack);
});
window.addEventListener("load", () => {
  const jQuery = window.django?.jQuery;
  if (!jQuery || !lookedUp().length) return;
  const kept = history.state?.lookedUp;
  if (kept && isAgain()) {
    for (const select of lookedUp()) {
      if (kept[select.name]) chooseAgain(select, kept[select.name]);
    }
  }
  jQuery(document).on("change", "select.admin-autocomplete", keepLookedUp);
});

// One click is enough: the second would only be refused. After a file the page stays as it is, and
// another one may be taken from it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.gives === "file") return;
  if (!form.matches(".desk-form, .desk-daylist-visits") || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});
