// The playground's clock: shows it, ticks, and asks for it to be put forward.

import { by } from "./dom.js";

const DAY = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const TIME = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  hour: "2-digit",
  minute: "2-digit",
});

export function prepareClock(skip) {
  let ahead = 0; // playground time minus this machine's
  const now = () => Date.now() + ahead;

  function draw() {
    by("clock-day").textContent = DAY.format(now());
    by("clock-now").textContent = TIME.format(now());
    by("clock-full").textContent = FULL.format(now());
  }

  function ask(seconds) {
    const sent = seconds > 0 && skip(seconds);
    say(sent ? "" : seconds > 0 ? "No connection just now." : "The clock only goes forward.");
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
    set(instant) {
      ahead = instant - Date.now();
      draw();
    },
  };
}
