// What the page keeps. Words live in sessionStorage and go with the tab; only a random id stays in the browser.

const ENTRIES_MOST = 300;
const KEYS_MOST = 300;

const EMPTY = {
  transcript: [], // what is shown, oldest first
  unsent: [], // frames that the server has not taken yet
  seen: [], // keys of screens that arrived, so that a repeat is not shown twice
  here: null, // step, visit and safety of the newest screen
  draft: "", // words in the composer
  forms: {}, // words in forms that were closed before they were sent
  hidden: false,
  language: "", // that of the last screen
  hello: "", // the id of this tab's first hello
};

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`page.${name}`)) ?? structuredClone(EMPTY[name]);
  } catch {
    return structuredClone(EMPTY[name]);
  }
}

export const kept = Object.fromEntries(Object.keys(EMPTY).map((name) => [name, read(name)]));

export function keep(...names) {
  kept.transcript.splice(0, kept.transcript.length - ENTRIES_MOST);
  kept.seen.splice(0, kept.seen.length - KEYS_MOST);
  for (const name of names) {
    try {
      sessionStorage.setItem(`page.${name}`, JSON.stringify(kept[name]));
    } catch {
      // Full or forbidden: the page goes on from memory, and makes room for the words that are not sent yet.
      if (name !== "transcript") sessionStorage.removeItem("page.transcript");
    }
  }
}

// Removes every word from this page. What Debrief itself keeps is not touched.
export function clear() {
  for (const name of ["transcript", "unsent", "draft", "forms"]) kept[name] = structuredClone(EMPTY[name]);
  keep("transcript", "unsent", "draft", "forms");
}

export const person = (() => {
  const fresh = crypto.randomUUID();
  try {
    const known = localStorage.getItem("page.id") ?? fresh;
    localStorage.setItem("page.id", known);
    return known;
  } catch {
    return fresh;
  }
})();

if (!kept.hello) {
  kept.hello = crypto.randomUUID();
  keep("hello");
}
