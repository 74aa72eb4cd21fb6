// The verdict in words, the three stairs that lead to it, and what it does not prove. All of it is derived from the report.

import { badge, counted, element, symbol, withDigits } from "./dom.js";
import { OUTCOME_WORDS, STAIRS, failureOf, labelOf, outcomeOf, stairOf } from "./checks.js";

/** @typedef {{ name: string, outcome: string, detail: string }} Check */

/** @param {any} report */
const check = (report, /** @type {string} */ name) => report.checks.find((/** @type {Check} */ found) => found.name === name);

/** @type {Record<string, string>} */
const TRUSTED = {
  "pinned-name": "a key that your policy pins",
  "pinned-spki": "a key that your policy pins",
  "activated": "a key that you enrolled",
  "certified": "a key that a root of your policy vouches for",
};

/** @param {any} report */
function acceptance(report) {
  const judged = report.pcrs.filter((/** @type {any} */ pcr) => pcr.state !== "not-judged").length;
  const fresh = report.quote?.fresh ? "for your nonce" : "with nothing said of when";
  const signed = `It was signed by ${TRUSTED[report.key?.trust] ?? "a key that your policy trusts"}, ${fresh}`;
  if (report.quote?.kind === "webauthn-tpm") return `${signed}. The TPM made the key of this credential and keeps it.`;
  return `${signed}. What the policy asks of ${counted(judged, "PCR")} holds.`;
}

/** @param {any} report */
function rejection(report) {
  const failed = report.checks.filter((/** @type {Check} */ { outcome }) => outcome === "fail");
  return failed.map((/** @type {Check} */ { name, detail }) => element("div", { class: "reason" },
    element("p", {}, failureOf(name)),
    element("p", { class: "detail" }, element("strong", {}, `${labelOf(name)}: `), withDigits(detail))));
}

/** @type {Record<string, string>} what it means that a check was not made; those that are not here speak for themselves */
const NOT_CHECKED = {
  "certificate-chain": "That an authority vouches for the key. You know the key yourself, and that is as good as the way by which you learnt it.",
  "revocation": "That no certificate was taken back.",
  "identity": "Which machine it is.",
  "key-attributes": "That the key signs only what its TPM made.",
  "freshness": "That the quote is recent: a copy of an old one passes as well.",
  "boot-anchor": "What was booted.",
  "boot-aggregate": "That the list of files is of this boot.",
  "unknown-events": "That every event is known.",
  "event-data": "What those events say.",
  "empty-banks": "Anything by a bank that the firmware did not use.",
  "channel": "That your connection leads to this machine: a proof says what a machine is, not who answers you.",
  "hardware-report": "That the machine is a confidential one: the hardware's report is for its own verifier.",
};

/** Whose reason is what it means, in other words. */
const SAYS_NO_MORE = new Set(["channel", "freshness"]);

/** The same of a key that the verifier knows is no news of its own. */
const KNOWN_KEY = "the verifier knows the key itself";

/** @param {any} report @returns {{ what: string, why: string }[]} */
export function notProved(report) {
  const unchecked = report.checks.filter((/** @type {Check} */ found) =>
    found.outcome === "not-checked" && !(found.name === "revocation" && found.detail === KNOWN_KEY));
  const limits = unchecked.map(({ name, detail }) => ({ what: NOT_CHECKED[name] ?? `${labelOf(name)}.`, why: SAYS_NO_MORE.has(name) || detail === KNOWN_KEY ? "" : detail }));
  if (report.verdict === "rejected") {
    limits.unshift({ what: "That the machine is a bad one: this proof is refused, by this policy, and no more is said.", why: "" });
    if (report.pcrs.length === 0) limits.push({ what: "Anything that comes after the check that failed: it was not looked at.", why: "" });
    return limits;
  }
  const unjudged = report.pcrs.filter((/** @type {any} */ { state }) => state === "not-judged").map((/** @type {any} */ { index }) => index);
  if (unjudged.length > 0) limits.push({ what: `Anything by PCR ${[...new Set(unjudged)].join(", ")}: the TPM signed the values, and the policy does not judge them.`, why: "" });
  const said = report.facts.filter((/** @type {any} */ { measured }) => !measured).length;
  if (said > 0) limits.push({ what: `What ${counted(said, "event")} of the logs ${said === 1 ? "says of itself" : "say of themselves"}: a digest was measured there, and the text beside it was not.`, why: "" });
  if (report.attachments.length > 0) limits.push({ what: `${counted(report.attachments.length, "attachment")}: only enclosed, and bound by no event.`, why: "" });
  limits.push({ what: "What the machine did after the quote, or what runs on it that nothing measured.", why: "" });
  return limits;
}

/** @param {any} report */
function stairs(report) {
  const words = { ...OUTCOME_WORDS, "unreached": "Not reached" };
  const steps = /** @type {import("./checks.js").Stair[]} */ (["key", "quote", "state"]).map((stair, place) => {
    const outcome = outcomeOf(report.checks, stair);
    const own = report.checks.filter((/** @type {Check} */ { name }) => stairOf(name) === stair);
    const passed = own.filter((/** @type {Check} */ found) => found.outcome === "pass").length;
    const failed = own.find((/** @type {Check} */ found) => found.outcome === "fail");
    const open = own.length - passed > 0 ? `, ${own.length - passed} not checked` : "";
    const told = failed ? labelOf(failed.name) : outcome === "unreached" ? "Nobody looked" : `${passed} passed${open}`;
    return element("li", { class: `stair ${outcome}` },
      element("p", { class: "stair-title" }, element("span", { class: "stair-number" }, String(place + 1)), STAIRS[stair].title),
      element("p", { class: "stair-question" }, STAIRS[stair].question),
      element("p", { class: "stair-outcome" }, badge(outcome, words[outcome]), element("span", { class: "stair-count" }, told)));
  });
  return element("ol", { class: "stairs", "aria-label": "The three stairs" }, steps);
}

/** @param {any} report @param {string} subject what was verified */
export function verdict(report, subject) {
  const accepted = report.verdict === "accepted";
  return [
    element("div", { class: `verdict ${report.verdict}` },
      symbol(accepted ? "pass" : "fail", "verdict-symbol"),
      element("div", {},
        element("p", { class: "verdict-subject" }, subject),
        element("h2", { id: "verdict-title", tabindex: "-1" }, accepted ? "Accepted" : "Rejected"),
        accepted ? element("p", { class: "verdict-reason" }, acceptance(report)) : rejection(report))),
    stairs(report),
    element("section", { class: "not-proved", "aria-labelledby": "not-proved-title" },
      element("h3", { id: "not-proved-title" }, "What this does not prove"),
      element("ul", {}, notProved(report).map(({ what, why }) => element("li", {}, what, why && element("span", { class: "why" }, ` ${why}.`))))),
  ];
}

/** @param {any} report */
export function checksTable(report) {
  const stairsHere = /** @type {import("./checks.js").Stair[]} */ (Object.keys(STAIRS)).filter((stair) => report.checks.some((/** @type {Check} */ { name }) => stairOf(name) === stair));
  const count = (/** @type {string} */ outcome) => report.checks.filter((/** @type {Check} */ found) => found.outcome === outcome).length;
  return element("table", { class: "checks" },
    element("caption", {}, `${count("pass")} passed, ${count("fail")} failed, ${count("not-checked")} not checked. What was not checked is never a pass.`),
    element("thead", {}, element("tr", {}, ["Outcome", "Check", "Why"].map((name) => element("th", { scope: "col" }, name)))),
    stairsHere.map((stair) => element("tbody", {},
      element("tr", { class: "group" }, element("th", { colspan: "3", scope: "rowgroup" }, STAIRS[stair].title)),
      report.checks.filter((/** @type {Check} */ { name }) => stairOf(name) === stair).map((/** @type {Check} */ { name, outcome, detail }) =>
        element("tr", {},
          element("td", {}, badge(outcome, OUTCOME_WORDS[outcome] ?? outcome)),
          element("th", { scope: "row" }, labelOf(name), element("code", {}, name)),
          element("td", { class: "why" }, withDigits(detail)))))));
}
