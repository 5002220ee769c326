/* Start the widgets of Wagtail's forms from data: see core/inline_scripts.py. */
(() => {
  "use strict";

  const { Controller } = window.StimulusModule;
  const KNOWN = /^(init(Date|Time|DateTime)Chooser|createTaskChooser|([A-Z]\w*)?Chooser|InlinePanel|MultipleChooserPanel)$/;
  const started = new WeakSet();

  function start(element) {
    const name = element.dataset.widgetStartFunctionValue;
    if (started.has(element) || !KNOWN.test(name)) return;
    started.add(element);
    const args = JSON.parse(element.textContent);
    if (/^[A-Z]/.test(name)) Reflect.construct(window[name], args);
    else window[name](...args);
  }

  window.wagtail.app.register(
    "widget-start",
    class extends Controller {
      connect() {
        start(this.element);
      }
    },
  );

  // A panel that adds a form sets the values of its choosers at once, before Stimulus looks.
  const formset = Object.getPrototypeOf(window.InlinePanel.prototype);
  const addForm = formset.addForm;
  formset.addForm = function (...args) {
    const result = addForm.apply(this, args);
    this.formContainer[0].querySelectorAll('[data-controller="widget-start"]').forEach(start);
    return result;
  };
})();
