// A form of a screen, in a dialog. Closing it keeps what was written; only sending it, or Clear, lets it go.

import { by, make } from "./dom.js";
import { keep, kept } from "./keep.js";
import { locale, word } from "./words.js";

let opened = null;

export function prepareSheet(onSubmit) {
  by("sheet-close").addEventListener("click", closeSheet);
  by("sheet-form").addEventListener("input", () => {
    kept.forms[opened.name] = values();
    keep("forms");
  });
  by("sheet-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!opened) return;
    const { entry, choice, name } = opened;
    const filled = values();
    delete kept.forms[name];
    keep("forms");
    closeSheet();
    onSubmit(entry, choice, filled);
  });
  by("sheet").addEventListener("close", () => (opened = null));
}

export function openSheet(entry, choice) {
  const { title, submit, fields } = choice.form;
  opened = { entry, choice, fields, name: `${entry.screen.step}/${choice.id}` };
  const before = kept.forms[opened.name] ?? {};
  by("sheet-title").textContent = title;
  by("sheet-submit").textContent = submit;
  by("sheet-fields").replaceChildren(...fields.map((field) => draw(field, before[field.id] ?? "")));
  by("sheet").showModal();
  const first = by("sheet-fields").querySelector("textarea, select, input:checked, input");
  (first ?? by("sheet-title")).focus();
}

export function closeSheet() {
  if (by("sheet").open) by("sheet").close();
}

function values() {
  const data = new FormData(by("sheet-form"));
  return Object.fromEntries(opened.fields.map((field) => [field.id, read(field, data)]));
}

function read(field, data) {
  const value = String(data.get(field.id) ?? "").toWellFormed();
  if (field.as === "sentence") return value.replace(/\s+/g, " ");
  return field.as === "when" ? value.replace("T", " ").slice(0, 16) : value;
}

function draw(field, value) {
  const id = `field-${field.id}`;
  // The hint of a time is for those who write one; here it is picked.
  const hint = field.hint && field.as !== "when" ? make("p", { id: `${id}-hint`, className: "hint" }, field.hint) : null;
  const title = field.optional ? `${field.label} (${word("optional")})` : field.label;
  const common = { id, name: field.id, required: !field.optional };
  if (hint) common["aria-describedby"] = hint.id;
  if (field.as === "radios") return radios(field, title, hint, value);
  const label = make("label", { htmlFor: id }, title);
  return make("div", { className: "field" }, label, hint, ...control(field, common, value));
}

function control(field, common, value) {
  switch (field.as) {
    case "paragraph":
      return counted(make("textarea", { ...common, rows: 5, maxLength: field.longest, value, dir: "auto" }));
    case "list":
      return [picker(field, common, value)];
    case "when":
      return [make("input", { ...common, type: "datetime-local", step: 60, value: value.replace(" ", "T") })];
    case "sentence":
      return [sentence(make("textarea", { ...common, rows: 2, maxLength: field.longest, value, dir: "auto" }))];
    default:
      return [make("input", { ...common, type: "text", maxLength: field.longest, value, dir: "auto" })];
  }
}

// One line, wrapped so that all of it can be seen.
function sentence(area) {
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    area.form.requestSubmit();
  });
  return area;
}

function counted(area) {
  const count = make("p", { className: "counter", "aria-hidden": "true" });
  const show = () => {
    const written = area.value.length.toLocaleString(locale());
    count.textContent = word("written", { written, most: area.maxLength.toLocaleString(locale()) });
  };
  area.addEventListener("input", show);
  show();
  return [area, count];
}

function picker(field, common, value) {
  const none = make("option", { value: "" }, word(field.optional ? "leave_blank" : "choose"));
  const options = field.options.map((option) => make("option", { value: option.id }, option.label));
  const select = make("select", common, none, ...options);
  select.value = value;
  return select;
}

function radios(field, title, hint, value) {
  const blank = field.optional ? [{ id: "", label: word("leave_blank") }] : [];
  const rows = [...field.options, ...blank].map((option) => {
    const input = make("input", { type: "radio", name: field.id, value: option.id, required: !field.optional });
    input.checked = option.id === value;
    return make("label", { className: "radio" }, input, make("span", {}, option.label));
  });
  const legend = make("legend", {}, title);
  return make("fieldset", { className: "field" }, legend, hint, make("div", { className: "radios" }, ...rows));
}
