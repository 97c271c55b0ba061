// Makes elements. Words are only ever set as text, never read as markup.

export const by = (id) => document.getElementById(id);

export function make(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// Plain text to paragraphs: blank lines part them, single line ends stay.
export function paragraphs(text) {
  return text
    .split(/\n\s*\n/)
    .filter((part) => part.trim())
    .map((part) => make("p", { dir: "auto" }, part.trim()));
}

export const calmMotion = matchMedia("(prefers-reduced-motion: reduce)");
