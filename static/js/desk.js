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
