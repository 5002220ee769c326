// Shows how a page looks among search results and where it is shared, while its fields are typed in.
(() => {
  const written = (...names) =>
    names.map((name) => document.getElementById(`id_${name}`)?.value.trim()).find(Boolean) || "";

  const chosen = (...names) =>
    names
      .map((name) => document.getElementById(`id_${name}`))
      .filter((field) => field?.value)
      .map((field) => document.querySelector(`#${field.id}-chooser img`)?.src)
      .find(Boolean);

  const shortened = (text, most) =>
    text.length > most ? `${text.slice(0, most).replace(/\s+\S*$/, "")} …` : text;

  function show(panel) {
    const title = written("seo_title", "title");
    const description = written("search_description", "standfirst", "intro") || panel.dataset.excerpt;
    const lines = {
      title: `${title} · ${panel.dataset.site}`,
      description,
      "social-title": written("social_title") || title,
      "social-description": written("social_description") || description,
    };
    for (const [name, text] of Object.entries(lines)) {
      const line = panel.querySelector(`[data-sharing-${name}]`);
      line.textContent = shortened(text, Number(line.getAttribute(`data-sharing-${name}`)));
    }
    panel.querySelector("[data-sharing-slug]").textContent = written("slug");
    const image = panel.querySelector("[data-sharing-image]");
    const source = chosen("social_image", "lead_image");
    image.hidden = !source;
    panel.querySelector("[data-sharing-no-image]").hidden = Boolean(source);
    if (source && image.src !== source) image.src = source;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const panel = document.querySelector("[data-sharing]");
    const form = panel?.closest("form");
    if (!form) return;
    const update = () => show(panel);
    form.addEventListener("input", update);
    form.addEventListener("change", update);
    for (const name of ["social_image", "lead_image"]) {
      const chooser = document.getElementById(`id_${name}-chooser`);
      const seen = { attributes: true, childList: true, subtree: true };
      if (chooser) new MutationObserver(update).observe(chooser, seen);
    }
    update();
  });
})();
