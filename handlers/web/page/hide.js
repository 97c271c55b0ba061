// The quick exit: one press, or Escape twice, puts a neutral page in place of this one. A press on it brings it back.

import { by } from "./dom.js";
import { keep, kept } from "./keep.js";
import { closeSheet } from "./sheet.js";

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

function set(hidden) {
  by("app").hidden = hidden;
  by("cover").hidden = !hidden;
  document.title = hidden ? "Notes" : "Debrief";
  if (hidden) {
    closeSheet();
    by("clock").open = false;
    document.activeElement?.blur();
  }
  kept.hidden = hidden;
  keep("hidden");
}
