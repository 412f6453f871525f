// The − and + beside a number. Without scripts they stay hidden and the number is typed.
for (const button of document.querySelectorAll("[data-step]")) {
  const input = document.getElementById(button.dataset.of);
  button.hidden = false;
  button.addEventListener("click", () => {
    if (button.dataset.step === "1") input.stepUp();
    else input.stepDown();
    document.getElementById("geteld").textContent = `${input.labels[0].textContent} ${input.value}`;
  });
}
