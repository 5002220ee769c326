// Says on the page that a passkey could not be read: allauth's script tells the console only.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey_error").hidden = false;
});
