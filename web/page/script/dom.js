// Makes elements. A child is text or a node, and text stays text: most of what is shown comes out of evidence, and none of it is markup.

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, string | number | boolean | null | undefined | EventListener>} Attributes
 */

/**
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {Attributes} [attributes] one that is null, undefined or false is left out; a function listens to the event of that name
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[N]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, String(value));
  }
  made.append(...children.flat().filter(isChild).map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

/** @param {Child} child @returns {child is Node | string | number} */
function isChild(child) {
  return child !== null && child !== undefined && child !== false && child !== "";
}

/** A symbol of the page's own, by the name that index.html gives it. @param {string} name @param {string} [className] */
export function symbol(name, className = "symbol") {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#symbol-${name}`);
  svg.append(use);
  return svg;
}

/** @param {string} id @returns {any} an element of index.html */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found;
}

/** A state in a word and a symbol, so that no colour says anything alone. @param {string} state @param {string} words @param {string} [symbolName] */
export function badge(state, words, symbolName = state) {
  return element("span", { class: `badge ${state}` }, symbol(symbolName), words);
}

/** A list of terms and what they are. @param {[string, Child | Child[]][]} rows */
export function terms(rows) {
  const shown = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element("dl", { class: "terms" }, shown.map(([term, value]) =>
    element("div", {}, element("dt", {}, term), element("dd", {}, ...[value].flat()))));
}

/** Octets in hexadecimal digits, which may be broken between lines. @param {string} digits */
export function digits(digits) {
  return element("code", { class: "digits" }, digits);
}

/** A text in which digests and nonces are set as what they are. @param {string} text */
export function withDigits(text) {
  return text.split(/((?:[0-9a-f]{2}){16,})/).map((part, place) => (place % 2 === 1 ? digits(part) : part));
}

/** A button that copies what `text` gives, and says so. @param {string} label @param {() => string} text */
export function copyButton(label, text) {
  const said = element("span", {}, label);
  const button = element("button", { type: "button", class: "quiet", click: async () => {
    try {
      await navigator.clipboard.writeText(text());
      said.textContent = "Copied";
    } catch {
      said.textContent = "The browser does not let this page copy; select the text instead";
    }
    setTimeout(() => { said.textContent = label; }, 2500);
  } }, symbol("copy"), said);
  said.setAttribute("aria-live", "polite");
  return button;
}

/** A button that saves what `text` gives in a file. @param {string} label @param {string} name @param {() => string} text */
export function saveButton(label, name, text) {
  return element("button", { type: "button", class: "quiet", click: () => {
    const address = URL.createObjectURL(new Blob([text()], { type: "text/plain" }));
    element("a", { href: address, download: name }).click();
    URL.revokeObjectURL(address);
  } }, symbol("save"), label);
}

/** @param {number} count @param {string} one @param {string} [several] */
export function counted(count, one, several = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
}
