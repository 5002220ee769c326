/* What the translation pages of wagtail-localize do by inline scripts, which the policy forbids. */
(() => {
  "use strict";

  const { imageChooser, documentChooser, pageChooser } = document.currentScript.dataset;
  if (imageChooser) window.chooserUrls ??= { imageChooser, documentChooser, pageChooser };

  document.addEventListener("DOMContentLoaded", () => {
    const selectAll = document.querySelector('[name="select_all"]');
    selectAll?.addEventListener("change", () => {
      for (const locale of document.querySelectorAll('[name="locales"]')) {
        locale.checked = selectAll.checked;
      }
    });
  });
})();
