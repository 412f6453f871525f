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

// One click is enough: the second would only be refused.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches(".desk-form, .desk-daylist-visits") || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});
