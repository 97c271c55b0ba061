// The playground's clock: shows it, ticks, and asks for it to be put forward.

import { by } from "./dom.js";
import { dating, word } from "./words.js";

const day = dating({ weekday: "short" });
const time = dating({ hour: "numeric", minute: "2-digit" });
const full = dating({ weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

export function prepareClock(skip) {
  let ahead = 0; // playground time minus this machine's
  const now = () => Date.now() + ahead;

  function draw() {
    by("clock-day").textContent = day(now());
    by("clock-now").textContent = time(now());
    by("clock-full").textContent = full(now());
  }

  function ask(seconds) {
    const sent = seconds > 0 && skip(seconds);
    say(sent ? "" : word(seconds > 0 ? "line_down" : "clock_only_forward"));
  }

  function say(text) {
    by("clock-fault").textContent = text;
  }

  for (const button of document.querySelectorAll("[data-seconds]")) {
    button.addEventListener("click", () => ask(Number(button.dataset.seconds)));
  }
  by("clock-form").addEventListener("submit", (event) => {
    event.preventDefault();
    ask(Math.ceil((new Date(by("clock-to").value).getTime() - now()) / 1_000));
  });
  document.addEventListener("pointerdown", (event) => {
    if (!by("clock").contains(event.target)) by("clock").open = false;
  });
  by("clock").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    by("clock").open = false;
    by("clock").querySelector("summary").focus();
  });
  setInterval(draw, 1_000);

  return {
    now,
    say,
    draw,
    set(instant) {
      ahead = instant - Date.now();
      draw();
    },
  };
}
