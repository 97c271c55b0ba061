// Six breaths a minute: in for 4 seconds, out for 6. The circle, the words and the count all read one animation's
// time, so that they cannot drift apart.

import { calmMotion, make } from "./dom.js";
import { word } from "./words.js";

const IN_MS = 4_000;
const OUT_MS = 6_000;
const BREATH_MS = IN_MS + OUT_MS;
const SOFT = "cubic-bezier(0.4, 0, 0.6, 1)";

const GROWING = [
  { transform: "scale(0.55)", easing: SOFT },
  { transform: "scale(1)", easing: SOFT, offset: IN_MS / BREATH_MS },
  { transform: "scale(0.55)" },
];
const STILL = [{ transform: "none" }, { transform: "none" }];

export function breathing() {
  const circle = make("div", { className: "breath-circle" });
  const way = make("span", { className: "breath-word" });
  const count = make("span", { className: "breath-count" });
  const beats = Array.from({ length: BREATH_MS / 1_000 }, (_, second) =>
    make("i", { className: second < IN_MS / 1_000 ? "in" : "out" }),
  );
  const elapsed = make("p", { className: "breath-elapsed" });
  const element = make(
    "div",
    { className: "breath" },
    make("p", { className: "unseen" }, word("breathing")),
    make(
      "div",
      { className: "breath-guide", "aria-live": "off" },
      make("div", { className: "breath-stage" }, circle, make("p", { className: "breath-words" }, way, count)),
      make("div", { className: "breath-beats", "aria-hidden": "true" }, ...beats),
      elapsed,
    ),
  );

  let animation = null;
  let frame = 0;

  function draw() {
    const time = animation.currentTime ?? 0;
    const into = time % BREATH_MS;
    const inward = into < IN_MS;
    const left = Math.ceil(((inward ? IN_MS : BREATH_MS) - into) / 1_000);
    const seconds = Math.floor(time / 1_000);
    set(way, word(inward ? "breathe_in" : "breathe_out"));
    set(count, String(left));
    set(elapsed, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
    beats.forEach((beat, second) => beat.classList.toggle("on", into >= second * 1_000));
    frame = requestAnimationFrame(draw);
  }

  function start() {
    const since = animation?.currentTime ?? 0;
    animation?.cancel();
    const still = calmMotion.matches;
    element.classList.toggle("still", still);
    animation = circle.animate(still ? STILL : GROWING, { duration: BREATH_MS, iterations: Infinity });
    animation.id = "breath";
    animation.currentTime = since;
  }

  calmMotion.addEventListener("change", start);
  start();
  draw();

  return {
    element,
    stop() {
      calmMotion.removeEventListener("change", start);
      cancelAnimationFrame(frame);
      animation.cancel();
      element.remove();
    },
  };
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
