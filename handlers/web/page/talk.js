// The conversation on the page: what was said, the screens, and what can still be pressed on the newest one.

import { breathing } from "./breathe.js";
import { by, make, paragraphs } from "./dom.js";
import { kept } from "./keep.js";
import { saving } from "./save.js";
import { timeline } from "./timeline.js";
import { dating, word } from "./words.js";

const NEAR_PX = 96;
const dayOf = dating({ weekday: "long", day: "numeric", month: "long" });

export function makeTalk({ press }) {
  const log = by("log");
  let newest = null; // { entry, element, picture } of the screen that can still be pressed
  let lastDay = "";
  let stayAtEnd = true;

  // `follow`: the person asked for this, so the view and the focus go with it.
  function add(entry, { follow }) {
    const at = document.activeElement;
    const moveFocus = follow && entry.screen && (at === document.body || newest?.element.contains(at));
    const element = append(entry);
    if (follow || stayAtEnd) reveal(element);
    else by("below").hidden = false;
    if (moveFocus) element.focus({ preventScroll: true });
  }

  function append(entry) {
    const day = new Date(entry.at).toDateString();
    if (day !== lastDay) log.append(make("p", { className: "day" }, dayOf(entry.at)));
    lastDay = day;
    return entry.screen ? appendScreen(entry) : appendSaid(entry);
  }

  function appendSaid(entry) {
    const waiting = kept.unsent.some((frame) => frame.id === entry.id);
    const element = make("div", { className: waiting ? "said waiting" : "said", id: `said-${entry.id}` });
    element.append(make("span", { className: "unseen" }, `${word("you")} `), ...paragraphs(entry.text));
    if (entry.failed) element.append(make("p", { className: "fault" }, entry.failed));
    log.append(element);
    return element;
  }

  function appendScreen(entry) {
    settle();
    const words = make("div", { className: "words" }, ...paragraphs(entry.screen.text));
    if (entry.screen.timeline) words.append(timeline(entry.screen.timeline, entry.key));
    if (entry.screen.document) words.append(saving(entry.screen.document));
    const element = make("article", { className: "screen", tabIndex: -1, "aria-label": "Debrief" }, words);
    const picture = entry.screen.picture === "breathing" && !entry.picked ? breathing() : null;
    if (picture) words.append(picture.element);
    newest = { entry, element, picture };
    element.append(answers(entry));
    log.append(element);
    return element;
  }

  // The newest screen as it is once it has been answered: its picture rests and its buttons are plain text.
  function settle() {
    if (!newest) return;
    const { entry, element, picture } = newest;
    picture?.stop();
    const old = element.querySelector(".answers");
    old.setAttribute("aria-live", "off");
    const hadFocus = old.contains(document.activeElement);
    old.replaceChildren(...inert(entry));
    if (hadFocus) element.focus({ preventScroll: true });
  }

  function answers(entry) {
    if (entry.picked) return make("div", { className: "answers" }, ...inert(entry));
    const { choices, menu } = entry.screen;
    const parts = menu ? [menu.aside ? aside(entry, menu) : menuOf(entry, menu)] : [];
    if (choices.length) {
      const buttons = choices.map((choice) => button(entry, choice, choice.form ? { "aria-haspopup": "dialog" } : {}));
      const group = make("div", { className: "choices", role: "group", "aria-label": word("choices") }, ...buttons);
      if (menu?.aside) parts.unshift(group);
      else parts.push(group);
    }
    return make("div", { className: "answers" }, ...parts);
  }

  // Other ways to go, folded under the choices so that these stay few.
  function aside(entry, menu) {
    const more = make("details", { className: "more" }, make("summary", {}, menu.label), menuOf(entry, menu));
    more.addEventListener("toggle", () => more.open && more.scrollIntoView({ block: "nearest" }));
    return more;
  }

  function button(entry, choice, more = {}) {
    const onclick = (event) => {
      // The second half of a double click belongs to the first, whatever lies under the finger by now.
      if (event.detail < 2) press(entry, choice);
    };
    return make("button", { type: "button", onclick, ...more }, choice.label);
  }

  function menuOf(entry, menu) {
    if (menu.as === "list") return list(entry, menu);
    const className = menu.as === "scale" ? "scale" : "choices menu";
    const buttons = menu.options.map((option) => button(entry, option));
    if (menu.as === "scale") {
      buttons.forEach((each, at) => each.style.setProperty("--heat", `${(100 * at) / (buttons.length - 1)}%`));
    }
    return make("div", { className, role: "group", "aria-label": menu.label }, ...buttons);
  }

  function list(entry, menu) {
    const select = make("select", { id: `menu-${entry.key}` });
    select.append(make("option", { value: "" }, menu.label));
    select.append(...menu.options.map((option) => make("option", { value: option.id }, option.label)));
    const choose = make("button", { type: "button", disabled: true }, word("choose"));
    select.addEventListener("change", () => (choose.disabled = !select.value));
    choose.addEventListener("click", (event) => {
      const option = menu.options.find((each) => each.id === select.value);
      if (event.detail < 2 && option) press(entry, option);
    });
    const label = make("label", { htmlFor: select.id, className: "unseen" }, menu.label);
    return make("div", { className: "list" }, label, select, choose);
  }

  function inert(entry) {
    const { choices, menu } = entry.screen;
    const listed = menu?.options.find((each) => each.id === entry.picked?.id);
    // Of a list, only what was picked is worth reading again.
    const all = [...(listed ? [listed] : []), ...choices];
    const picked = all.find((each) => each.id === entry.picked?.id);
    if (!all.length) return [];
    const items = all.map((each) =>
      each === picked
        ? make("li", { className: "picked" }, make("span", { className: "unseen" }, `${word("picked")} `), each.label)
        : make("li", {}, each.label),
    );
    return [make("ul", { className: "offered" }, ...(listed ? items.slice(0, 1) : items))];
  }

  const tall = (element) => element.offsetHeight > log.clientHeight - 24;
  const startOf = (element) => element.offsetTop - 12;

  // What does not fit is read from its first line.
  function reveal(element) {
    by("below").hidden = true;
    log.scrollTop = tall(element) ? startOf(element) : log.scrollHeight;
    watchEnd();
  }

  function watchEnd() {
    const last = log.lastElementChild;
    const reads = last && tall(last) && log.scrollTop <= startOf(last) + 1;
    stayAtEnd = !reads && log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
    if (stayAtEnd) by("below").hidden = true;
  }

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    by("below").hidden = true;
  }

  log.addEventListener("scroll", watchEnd);
  by("below").addEventListener("click", () => {
    toEnd();
    newest?.element.focus({ preventScroll: true });
  });
  new ResizeObserver(() => stayAtEnd && toEnd()).observe(log);

  return {
    add,
    settle,
    toEnd,
    fail(id, why) {
      by(`said-${id}`)?.append(make("p", { className: "fault" }, why));
    },
    // Everything at once and in silence, as after a reload.
    fill(entries, empty) {
      newest?.picture?.stop();
      newest = null;
      lastDay = "";
      log.setAttribute("aria-live", "off");
      log.replaceChildren(...(entries.length ? [] : empty));
      entries.forEach(append);
      if (log.lastElementChild) reveal(log.lastElementChild);
      requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
    },
  };
}
