// A timeline as one picture: a row for each mark, oldest first. Shape and colour tell the kinds apart, and a key names
// them. It is drawn for the narrowest page and grows a little with it; words that are too long go on in the next line.

import { dating, locale, word } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 256;
const LEFT = 28;
const LINE = 18;
const GAP = 12;
const FONT = 14;
const KINDS = ["alone", "backed", "talk"];

const dayOf = dating({ day: "numeric", month: "short", year: "numeric" });
const ruler = document.createElement("canvas").getContext("2d");

export function timeline({ title, marks, text }, key) {
  const parts = [];
  let y = LINE;
  const write = (words, x, className) => {
    for (const line of wrapped(words, WIDTH - x, className === "timeline-title")) {
      parts.push(draw("text", { x, y, class: className }, line));
      y += LINE;
    }
  };
  write(title, 0, "timeline-title");
  y += GAP / 2;
  for (const kind of KINDS.filter((each) => marks.some((mark) => mark.kind === each))) {
    parts.push(shape(kind, y));
    write(capital(word(`mark_${kind}`)), LEFT, "timeline-key");
  }
  y += GAP;
  const first = y;
  let last = y;
  for (const mark of marks) {
    last = y;
    parts.push(shape(mark.kind, y));
    write(dayOf(new Date(`${mark.on}T12:00`)), LEFT, "timeline-day");
    write(capital(mark.label), LEFT, "timeline-label");
    y += GAP;
  }
  const rail = draw("path", { d: `M9 ${first - 5}V${last - 5}`, class: "timeline-rail" });
  const [name, about] = [`timeline-${key}`, `timeline-${key}-text`];
  const seen = { viewBox: `0 0 ${WIDTH} ${y - GAP - LINE + 6}`, class: "timeline", role: "img" };
  const picture = draw("svg", { ...seen, "aria-labelledby": name, "aria-describedby": about });
  picture.append(draw("title", { id: name }, title), draw("desc", { id: about }, text), rail, ...parts);
  return picture;
}

// Around the middle of the line of words at `y`.
function shape(kind, y) {
  const at = y - 5;
  const paths = {
    alone: `M9 ${at - 6}a6 6 0 1 0 0 12a6 6 0 1 0 0 -12Z`,
    backed: `M3 ${at - 6}h12v12h-12Z`,
    talk: `M9 ${at - 8}l8 14h-16Z`,
  };
  return draw("path", { d: paths[kind], class: `timeline-mark ${kind}` });
}

// The same words stand within a sentence elsewhere.
const capital = (words) => words.charAt(0).toLocaleUpperCase(locale()) + words.slice(1);

function wrapped(words, width, bold) {
  ruler.font = `${bold ? 600 : 400} ${FONT}px ${getComputedStyle(document.body).fontFamily}`;
  const fits = (line) => ruler.measureText(line).width <= width;
  const lines = [];
  for (const each of words.trim().split(/\s+/)) {
    const joined = lines.length ? `${lines.at(-1)} ${each}` : each;
    if (fits(joined)) lines.splice(-1, 1, joined);
    else lines.push(...broken(each, fits));
  }
  return lines;
}

function broken(word, fits) {
  const pieces = [""];
  for (const letter of word) {
    if (fits(pieces.at(-1) + letter)) pieces[pieces.length - 1] += letter;
    else pieces.push(letter);
  }
  return pieces;
}

function draw(tag, attributes, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}
