// Says why a file that was just uploaded is not deleted: Wagtail's own script acts on success alone.
window.jQuery(document).on("ajaxError", (_event, answer) => {
  const text = answer.responseJSON?.error_message;
  if (text) {
    const detail = { clear: true, text, type: "error" };
    document.dispatchEvent(new CustomEvent("w-messages:add", { detail }));
  }
});
