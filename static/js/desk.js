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
window.addEventListener("load", () => {
  const jQuery = window.django?.jQuery;
  if (!jQuery || !lookedUp().length) return;
  const [way] = performance.getEntriesByType("navigation");
  const kept = history.state?.lookedUp;
  if (kept && ["back_forward", "reload"].includes(way?.type)) {
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
