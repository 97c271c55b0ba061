// The page's own words, in every language that Debrief speaks. The page follows the language of its last screen, and
// the browser's until there is one.

import { keep, kept } from "./keep.js";

const spoken = await (await fetch("/page/words.json")).json();
const [english] = Object.keys(spoken);
const main = (tag) => tag.slice(0, 2).toLowerCase();
let language = english;

export function word(id, filled = {}) {
  return Object.entries(filled).reduce((text, [name, value]) => text.replace(`{${name}}`, value), spoken[language][id]);
}

// For dates and numbers: the reader's own kind of the language, where the browser knows one.
export function locale() {
  return navigator.languages.find((tag) => main(tag) === language) ?? language;
}

export function dating(options) {
  let format = null;
  let of = "";
  return (at) => {
    if (of !== language) format = new Intl.DateTimeFormat(locale(), options);
    of = language;
    return format.format(at);
  };
}

export function speak(tag) {
  language = main(tag) in spoken ? main(tag) : english;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) element.ariaLabel = word(element.dataset.label);
  for (const element of document.querySelectorAll("[data-title]")) element.title = word(element.dataset.title);
  for (const element of document.querySelectorAll("[data-placeholder]")) {
    element.placeholder = word(element.dataset.placeholder);
  }
  kept.language = language;
  keep("language");
}

speak(kept.language || navigator.language);
