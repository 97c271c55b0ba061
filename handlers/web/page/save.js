// A document of a screen, saved as a file from the words that the page has: nothing is asked for, none stand in a URL.

import { make } from "./dom.js";
import { word } from "./words.js";

export function saving({ name, text }) {
  const save = () => {
    const href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    make("a", { href, download: name }).click();
    // The browser may still be reading it.
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  };
  return make("button", { type: "button", className: "save", onclick: save }, word("save", { name }));
}
