// Joins the parts of the page: what is kept, the line to the server, the conversation, forms, the clock, hiding.

import { prepareClock } from "./clock.js";
import { by, make } from "./dom.js";
import { entitle, prepareHide } from "./hide.js";
import { clear, keep, kept } from "./keep.js";
import { openSheet, prepareSheet } from "./sheet.js";
import { makeTalk } from "./talk.js";
import { connect } from "./wire.js";
import { speak, word } from "./words.js";

const SAID_LONGEST = 20_000;
const COMMAND = /^\/debrief(?:\s+([\s\S]*))?$/i;

const words = by("words");
let asked = false; // a person did something, and the next screen answers it

const clock = prepareClock((seconds) => wire.now({ type: "skip", seconds }));
const talk = makeTalk({ press });
prepareSheet(submit);
prepareHide(() => {
  talk.toEnd();
  fit();
});

const wire = connect({
  onScreen: show,
  onClock: clock.set,
  onTaken: (id) => document.getElementById(`said-${id}`)?.classList.remove("waiting"),
  onFault: fail,
  onLine: (up) => say(up ? "" : word("line_lost")),
});

function show(screen) {
  if (kept.seen.includes(screen.key)) return;
  kept.seen.push(screen.key);
  if (alreadyShows(screen)) return keep("seen");
  if (screen.forgets) empty();
  speak(screen.language);
  entitle();
  clock.draw();
  const entry = { key: screen.key, at: screen.at, screen, picked: null };
  if (!kept.transcript.length) by("log").replaceChildren();
  kept.transcript.push(entry);
  kept.here = { step: screen.step, visit: screen.visit, safety: screen.safety };
  keep("seen", "transcript", "here");
  showSafety();
  talk.add(entry, { follow: asked });
  asked = false;
}

// A page that opens asks where things stand while the same screen may be on its way to it already.
function alreadyShows({ step, visit, text }) {
  const last = kept.transcript.at(-1);
  return last?.screen?.step === step && last.screen.visit === visit && last.screen.text === text && !last.picked;
}

function press(entry, choice) {
  if (entry.picked || entry !== kept.transcript.findLast((each) => each.screen)) return;
  if (choice.form) return openSheet(entry, choice);
  settle(entry, choice);
  post({ type: "picked", ...place(entry.screen), choice: choice.id });
}

function submit(entry, choice, values) {
  settle(entry, choice);
  post({ type: "submitted", ...place(entry.screen), choice: choice.id, values });
}

function settle(entry, choice) {
  entry.picked = { id: choice.id, label: choice.label };
  keep("transcript");
  talk.settle();
}

function place({ step, visit }) {
  return { step, visit };
}

function post(frame) {
  asked = true;
  return wire.post(frame);
}

function write(text) {
  const command = COMMAND.exec(text.trim());
  const id = post(command ? { type: "command", text: command[1] ?? "" } : { type: "said", text });
  note(id, text);
}

function note(id, text) {
  const entry = { id, at: clock.now(), text };
  if (!kept.transcript.length) by("log").replaceChildren();
  kept.transcript.push(entry);
  keep("transcript");
  talk.add(entry, { follow: true });
}

function fail(id, why) {
  const entry = kept.transcript.find((each) => each.id && each.id === id);
  if (!entry) return clock.say(why);
  entry.failed = `${word("not_sent")} ${why}`;
  keep("transcript");
  talk.fail(id, entry.failed);
}

function say(text) {
  by("line").textContent = text;
}

function showSafety() {
  by("safety").hidden = !kept.here;
  by("safety").textContent = kept.here?.safety.label ?? "";
}

function fit() {
  words.style.height = "auto";
  words.style.height = `${words.scrollHeight + 2}px`;
}

function cleared() {
  const back = make("button", { type: "button" }, word("show_here"));
  back.addEventListener("click", () => {
    back.disabled = true;
    post({ type: "picked", ...place(kept.here), choice: "resume" });
  });
  return kept.here ? [make("div", { className: "cleared" }, make("p", {}, word("cleared")), back)] : [];
}

by("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = words.value.toWellFormed();
  if (!text.trim()) return;
  if ([...text].length > SAID_LONGEST) return say(word("too_long"));
  if (by("line").textContent === word("too_long")) say("");
  words.value = kept.draft = "";
  keep("draft");
  fit();
  write(text);
});

words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  by("composer").requestSubmit();
});

words.addEventListener("input", () => {
  kept.draft = words.value;
  keep("draft");
  fit();
});

by("safety").addEventListener("click", (event) => {
  if (event.detail > 1) return;
  const { safety } = kept.here;
  note(post({ type: "picked", ...place(kept.here), choice: safety.id }), safety.label);
});

function empty() {
  clear();
  words.value = "";
  fit();
  talk.fill([], cleared());
}

by("clear").addEventListener("click", () => {
  empty();
  words.focus();
});

words.value = kept.draft;
showSafety();
fit();
talk.fill(kept.transcript, cleared());
if (matchMedia("(hover: hover) and (pointer: fine)").matches && !kept.hidden) words.focus();
