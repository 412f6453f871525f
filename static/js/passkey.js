// allauth tells only the console that a passkey was not used; here the page says so.
document.addEventListener("allauth.error", (event) => {
  const line = document.getElementById("passkey_trouble");
  if (!line) return;
  line.textContent = window.PublicKeyCredential ? line.dataset.trouble : line.dataset.missing;
  event.preventDefault();
});
