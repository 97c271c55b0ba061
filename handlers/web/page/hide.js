// The quick exit: one press, or Escape twice, puts a neutral page in place of this one. A press on it brings it back.

import { by } from "./dom.js";
import { keep, kept } from "./keep.js";
import { closeSheet } from "./sheet.js";
import { word } from "./words.js";

const TWICE_WITHIN_MS = 700;

export function prepareHide(onBack) {
  let escaped = -Infinity;

  by("hide").addEventListener("click", () => set(true));
  by("cover-back").addEventListener("click", () => {
    set(false);
    onBack();
  });
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.repeat) return;
      if (event.timeStamp - escaped < TWICE_WITHIN_MS) set(true);
      escaped = event.timeStamp;
    },
    { capture: true },
  );
  set(kept.hidden);
}

export function entitle() {
  document.title = kept.hidden ? word("cover_title") : "Debrief";
}

function set(hidden) {
  by("app").hidden = hidden;
  by("cover").hidden = !hidden;
  if (hidden) {
    closeSheet();
    by("clock").open = false;
    document.activeElement?.blur();
  }
  kept.hidden = hidden;
  keep("hidden");
  entitle();
}
