// Offers to copy the page's address, where the browser lets pages do so.
const button = document.querySelector("[data-copy]");
if (button && navigator.clipboard) {
  const words = button.textContent;
  button.closest("[hidden]").hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = words; }, 3000);
  });
}
