// Fills the list of a search field with what the words typed so far may lead to.

const WAIT_MS = 150;

for (const field of document.querySelectorAll("input[data-suggest]")) {
  let timer;
  let request;

  field.addEventListener("input", schedule);
  // On a slow connection people type before this script has loaded.
  if (field.value !== field.defaultValue) schedule();

  function schedule() {
    clearTimeout(timer);
    request?.abort();
    const query = field.value.trim();
    if (query.length > 1) timer = setTimeout(suggest, WAIT_MS, query);
  }

  async function suggest(query) {
    request = new AbortController();
    const url = `${field.dataset.suggest}?${new URLSearchParams({ q: query })}`;
    try {
      const answer = await fetch(url, { signal: request.signal, credentials: "omit" });
      if (!answer.ok) return;
      const { suggestions } = await answer.json();
      field.list.replaceChildren(...suggestions.map((text) => new Option("", text)));
    } catch {
      // Without suggestions the form works as it is.
    }
  }
}
