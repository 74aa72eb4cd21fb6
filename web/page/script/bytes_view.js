// The bytes of a structure beside its fields: a field under the pointer or cursor shows its bytes, and a byte its field.

import { counted, element, terms } from "./dom.js";
import { fieldIndex } from "./field_index.js";
import { virtualList } from "./virtual_list.js";

const ROW = 24;
const FIELD_ROW = 32;

/** @param {number} octet */
const printed = (octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : "·");
const hex = (/** @type {number} */ number, /** @type {number} */ width) => number.toString(16).padStart(width, "0");

/** @param {import("./structures.js").Structure} structure */
export function bytesView({ label, bytes, fields }) {
  const index = fieldIndex(fields);
  let selected = 0;
  let hovered = /** @type {number | null} */ (null);
  let cursor = fields[0]?.offset ?? 0;
  let width = 16;

  const about = element("div", { class: "about", role: "status" });
  const list = element("div", { class: "fields", role: "listbox", tabindex: "0", "aria-label": `Fields of ${label}` });
  const octets = element("div", { class: "octets", role: "group", tabindex: "0", "aria-label": `Bytes of ${label}; the arrow keys move from byte to byte` });

  const names = virtualList(list, FIELD_ROW, (place) => {
    const { name, depth, value } = fields[place];
    const row = element("div", {
      class: `field${place === selected ? " selected" : ""}${place === hovered ? " hovered" : ""}`, role: "option", id: `field-${place}`,
      "aria-selected": String(place === selected), "aria-setsize": fields.length, "aria-posinset": place + 1, "data-place": place,
    }, element("span", { class: "field-name" }, name), value && element("span", { class: "field-value" }, value.slice(0, 120)));
    row.style.paddingInlineStart = `${0.5 + Math.min(depth, 6) * 0.9}rem`;
    return row;
  });

  const marks = (/** @type {number} */ offset) => {
    const within = (/** @type {number | null} */ place) => place !== null && offset >= fields[place].offset && offset < fields[place].offset + fields[place].length;
    return `${fields.length > 0 && within(selected) ? " selected" : ""}${within(hovered) ? " hovered" : ""}${offset === cursor ? " cursor" : ""}`;
  };
  const rows = virtualList(octets, ROW, (row) => {
    const start = row * width;
    const part = bytes?.subarray(start, start + width) ?? new Uint8Array();
    const cells = Array.from(part, (octet, place) => element("span", { class: `octet${marks(start + place)}`, "data-offset": start + place }, hex(octet, 2)));
    const text = Array.from(part, (octet, place) => element("span", { class: `letter${marks(start + place)}`, "data-offset": start + place }, printed(octet)));
    return element("div", { class: `row of-${width}` },
      element("span", { class: "offset" }, hex(start, 6)), element("span", { class: "hex" }, cells), element("span", { class: "letters", "aria-hidden": "true" }, text));
  });

  const redraw = () => {
    names.redraw();
    rows.redraw();
    list.setAttribute("aria-activedescendant", `field-${selected}`);
  };
  const tell = (/** @type {string} */ byte = "", place = selected) => {
    const field = fields[place];
    if (!field) return;
    const path = index.pathOf(place).map(({ name }) => name).join(" › ");
    const extent = field.length > 0 ? `${field.offset} to ${field.offset + field.length - 1}, ${counted(field.length, "byte")}` : "none";
    about.replaceChildren(terms([["Field", path], ["Bytes", bytes ? extent : null], ["Value", field.value ? element("code", {}, field.value.slice(0, 2000)) : null], ["Under the cursor", byte]]));
  };
  const select = (/** @type {number} */ place) => {
    selected = Math.max(0, Math.min(place, fields.length - 1));
    cursor = fields[selected]?.offset ?? 0;
    names.reveal(selected);
    rows.reveal(Math.floor(cursor / width));
    redraw();
    tell();
  };
  const moveTo = (/** @type {number} */ offset) => {
    cursor = Math.max(0, Math.min(offset, (bytes?.length ?? 1) - 1));
    const place = index.at(cursor);
    if (place !== null) selected = place;
    names.reveal(selected);
    rows.reveal(Math.floor(cursor / width));
    redraw();
    const value = bytes ? `byte ${cursor}: 0x${hex(bytes[cursor], 2)}` : "";
    tell(place === null ? `${value}, in no field` : value);
  };

  const step = (/** @type {KeyboardEvent} */ event, /** @type {Record<string, number>} */ steps, /** @type {(by: number) => void} */ go) => {
    const by = steps[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(by);
  };
  const end = Number.MAX_SAFE_INTEGER / 2;
  list.addEventListener("keydown", (event) =>
    step(event, { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -end, End: end }, (by) => select(selected + by)));
  octets.addEventListener("keydown", (event) =>
    step(event, { ArrowRight: 1, ArrowLeft: -1, ArrowDown: width, ArrowUp: -width, PageDown: 16 * width, PageUp: -16 * width, Home: -end, End: end }, (by) => moveTo(cursor + by)));

  const dataOf = (/** @type {Event} */ event, /** @type {string} */ name) => {
    const found = /** @type {HTMLElement} */ (event.target).closest(`[data-${name}]`);
    return found === null ? null : Number(found.getAttribute(`data-${name}`));
  };
  const hover = (/** @type {number | null} */ place) => {
    if (place === hovered) return;
    hovered = place;
    redraw();
    tell("", place ?? selected);
  };
  list.addEventListener("pointerover", (event) => hover(dataOf(event, "place")));
  octets.addEventListener("pointerover", (event) => {
    const offset = dataOf(event, "offset");
    hover(offset === null ? null : index.at(offset));
  });
  for (const pane of [list, octets]) pane.addEventListener("pointerleave", () => hover(null));
  list.addEventListener("click", (event) => {
    const place = dataOf(event, "place");
    if (place !== null) select(place);
  });
  octets.addEventListener("click", (event) => {
    const offset = dataOf(event, "offset");
    if (offset !== null) moveTo(offset);
  });

  const fit = () => {
    width = octets.clientWidth >= 520 ? 16 : 8;
    rows.setCount(Math.ceil((bytes?.length ?? 0) / width));
  };
  new ResizeObserver(fit).observe(octets);
  names.setCount(fields.length);
  fit();
  tell();
  list.setAttribute("aria-activedescendant", "field-0");
  const missing = element("p", { class: "missing" }, "This file was converted before it was read: the fields are those of what came of it, whose bytes are not in the file.");
  return element("div", { class: "bytes" }, about, element("div", { class: "panes" }, list, bytes ? octets : missing));
}
