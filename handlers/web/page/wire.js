// The line to the server. A frame stays in `unsent` until the server says that it is stored; after a cut or a
// reload it is sent again under the same id, so it is handled once.

import { keep, kept, person } from "./keep.js";
import { word } from "./words.js";

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;

export function connect({ onScreen, onClock, onTaken, onFault, onLine }) {
  let socket = null;
  let wait = FIRST_WAIT_MS;
  let retry = 0;
  let up = false;

  function open() {
    clearTimeout(retry);
    socket = new WebSocket(`ws://${location.host}/ws`);
    socket.addEventListener("open", greet);
    socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
    socket.addEventListener("close", lost);
  }

  function greet() {
    const { locale } = Intl.DateTimeFormat().resolvedOptions();
    send({ type: "hello", id: kept.hello, person, locale, fresh: !kept.here });
    kept.unsent.forEach(send);
  }

  function lost() {
    up = false;
    onLine(false);
    retry = setTimeout(open, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  function send(frame) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  }

  function hear(frame) {
    switch (frame.type) {
      case "screen":
        onScreen(frame);
        return send({ type: "shown", key: frame.key });
      case "clock":
        return onClock(frame.now);
      case "taken":
        return taken(frame.id);
      case "fault":
        forget(frame.id);
        return onFault(frame.id, word(frame.why));
    }
  }

  function taken(id) {
    if (id === kept.hello) {
      up = true;
      onLine(true);
    }
    if (forget(id)) onTaken(id);
    if (up && !kept.unsent.length) wait = FIRST_WAIT_MS;
  }

  function forget(id) {
    const at = kept.unsent.findIndex((frame) => frame.id === id);
    if (at < 0) return false;
    kept.unsent.splice(at, 1);
    keep("unsent");
    return true;
  }

  function hurry() {
    if (up || socket.readyState !== WebSocket.CLOSED) return;
    wait = FIRST_WAIT_MS;
    open();
  }

  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  open();

  return {
    // Sends now, or as soon as there is a line.
    post(frame) {
      const whole = { id: crypto.randomUUID(), ...frame };
      kept.unsent.push(whole);
      keep("unsent");
      send(whole);
      return whole.id;
    },
    // Sends now or never: for the clock, which must not be put forward twice.
    now(frame) {
      if (up) send({ id: crypto.randomUUID(), ...frame });
      return up;
    },
  };
}
