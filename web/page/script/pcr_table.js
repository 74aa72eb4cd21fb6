// The PCRs, grouped by what is known of their values.

import { badge, counted, digits, element } from "./dom.js";
import { pcrPurpose } from "./event_meanings.js";

/** @typedef {{ bank: string, index: number, value: string, state: string }} Pcr */

/** @type {Record<string, { words: string, symbol: string, look: string, what: string }>} in the order in which they are shown */
const STATES = {
  "unexplained": { words: "Unexplained", symbol: "fail", look: "fail", what: "The log leads to another value than the one that was signed." },
  "absent-from-log": { words: "Absent from the log", symbol: "fail", look: "fail", what: "The policy wants a log to explain it, and the log says nothing of it." },
  "golden": { words: "Expected value", symbol: "pass", look: "pass", what: "It holds a value that the policy names." },
  "explained": { words: "Explained by its log", symbol: "log", look: "pass", what: "The events of its log lead to the value that was signed." },
  "zero": { words: "Zero", symbol: "zero", look: "pass", what: "Nothing was measured, as the policy says." },
  "not-judged": { words: "Not judged", symbol: "not-checked", look: "not-checked", what: "It was signed, and the policy says nothing of it." },
  "claimed": { words: "Claimed", symbol: "not-checked", look: "not-checked", what: "The proof says so. Nothing was verified." },
  "replayed": { words: "Computed from the log", symbol: "not-checked", look: "not-checked", what: "The events of the log lead here. No TPM has confirmed it." },
};

/** @param {Pcr} pcr @param {string} register */
function row({ bank, index, value, state }, register) {
  const { words, symbol, look } = STATES[state] ?? { words: state, symbol: "not-checked", look: "not-checked" };
  const shown = /^0+$/.test(value) ? element("span", { class: "zeros", title: value }, "all zero bytes") : digits(value);
  return element("tr", {},
    element("th", { scope: "row" }, element("span", { class: "pcr-number" }, String(index)), element("span", { class: "pcr-bank" }, bank)),
    element("td", { class: "pcr-purpose" }, register === "PCR" ? pcrPurpose(index) : ""),
    element("td", {}, badge(look, words, symbol)),
    element("td", { class: "pcr-value" }, shown));
}

/** @param {Pcr[]} pcrs @param {string} caption @param {string} [register] */
export function pcrTable(pcrs, caption, register = "PCR") {
  const states = [...Object.keys(STATES), ...new Set(pcrs.map(({ state }) => state).filter((state) => !STATES[state]))];
  const groups = states.flatMap((state) => {
    const own = pcrs.filter((pcr) => pcr.state === state);
    if (own.length === 0) return [];
    const { words, what } = STATES[state] ?? { words: state, what: "" };
    const heading = element("th", { colspan: "4", scope: "rowgroup" }, `${words}: ${counted(own.length, register)}. `, element("span", { class: "what" }, what));
    return [element("tbody", {}, element("tr", { class: "group" }, heading), own.map((pcr) => row(pcr, register)))];
  });
  return element("table", { class: "pcrs" },
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, [register, "Holds, by convention", "State", "Value"].map((name) => element("th", { scope: "col" }, name)))),
    groups);
}

/** What a log leads to, as rows. @param {Record<string, Record<string, string>>} replayed @returns {Pcr[]} */
export function replayedPcrs(replayed) {
  const bank = replayed.sha256 ? "sha256" : Object.keys(replayed).at(-1);
  if (!bank) return [];
  return Object.entries(replayed[bank]).map(([index, value]) => ({ bank, index: Number(index), value, state: "replayed" }));
}
