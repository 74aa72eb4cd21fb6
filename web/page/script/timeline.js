// The events of the logs, stage by stage, with what each means. A log may have tens of thousands: a stage shows some, and more when asked.

import { badge, counted, digits, element } from "./dom.js";
import { STAGES, meaningOf } from "./event_meanings.js";

const STEP = 100;

/**
 * @typedef {{ index: number, log?: number, pcr: number, type: string, digests: Record<string, string>, description: string }} LogEvent
 * @typedef {{ kind: string, pcr: number, event: number, measured: boolean, digest: string, text: string }} Fact
 * @typedef {{ format: string, events: LogEvent[], facts: Fact[], replayed: Record<string, Record<string, string>> }} Log
 * @typedef {LogEvent & { stage: import("./event_meanings.js").Stage, meaning: string, fact: Fact | undefined, verified: boolean, refused: boolean, text: string }} Told
 */

/** A fact is of an event in a register, and where several logs count alike, of the one with its digest. @param {{ pcr: number, event: number, digest: string }} fact */
const factKey = ({ pcr, event, digest }) => `${pcr}:${event}:${digest}`;

/** The digests that checks which failed speak of. @param {{ checks: { outcome: string, detail: string }[] } | null} report */
const refusedDigests = (report) => new Set(report?.checks.filter(({ outcome }) => outcome === "fail").flatMap(({ detail }) => detail.match(/[0-9a-f]{40,}/g) ?? []));

/**
 * The events with their meanings. What a report's facts name was verified with it; so was all of a firmware's log, alone, in the PCRs that it explains.
 * @param {Log} log @param {{ pcrs: { index: number, state: string }[], facts: Fact[], checks: { outcome: string, detail: string }[] } | null} report @returns {Told[]}
 */
export function toldEvents(log, report) {
  const facts = new Map([...(report?.facts ?? []), ...log.facts].map((fact) => [factKey(fact), fact]));
  const refused = refusedDigests(report);
  const verified = new Set(report?.facts.map(factKey));
  const oneLog = ["crypto-agile", "sha1", "listed"].includes(log.format) && log.events.every((event) => !event.log && event.type.startsWith("EV_"));
  const explained = new Set(oneLog ? report?.pcrs.filter(({ state }) => state === "explained").map(({ index }) => index) : []);
  return log.events.map((event) => {
    const keys = Object.values(event.digests).map((digest) => factKey({ pcr: event.pcr, event: event.index, digest }));
    const fact = keys.map((key) => facts.get(key)).find(Boolean);
    const { stage, meaning } = meaningOf(event, fact?.kind, log.format);
    const counts = event.type !== "EV_NO_ACTION" && (explained.has(event.pcr) || keys.some((key) => verified.has(key)));
    const text = `#${event.index} pcr-${event.pcr}; ${event.type} ${meaning} ${event.description} ${Object.values(event.digests).join(" ")}`;
    return { ...event, stage, meaning, fact, verified: counts, refused: Object.values(event.digests).some((digest) => refused.has(digest)), text: text.toLowerCase() };
  });
}

/** @param {Told} event */
function item(event) {
  const bank = event.digests.sha256 ? "sha256" : Object.keys(event.digests)[0];
  const register = event.pcr === 0xffffffff ? "no PCR" : `PCR ${event.pcr}`;
  return element("li", { class: "event" },
    element("p", { class: "event-head" },
      element("span", { class: "event-number" }, `#${event.index}`),
      element("span", { class: "event-register" }, register),
      event.verified ? badge("pass", "Verified") : badge("not-checked", "Not verified"),
      event.refused && badge("fail", "A check that failed names it"),
      event.fact && !event.fact.measured && badge("said", "Only the digest was measured")),
    element("p", { class: "event-meaning" }, event.meaning),
    event.description && element("p", { class: "event-text" }, event.fact?.kind === "secure-boot" ? `${event.description} (${event.fact.text})` : event.description),
    element("p", { class: "event-foot" }, element("code", {}, event.type), bank && [` ${bank} `, digits(event.digests[bank])]));
}

/** One stage: its events, of which `STEP` more are shown each time. @param {import("./event_meanings.js").Stage} stage @param {Told[]} events @param {boolean} open */
function section(stage, events, open) {
  const list = element("ol", { class: "events" });
  const more = element("button", { type: "button", class: "quiet", click: () => show() });
  let shown = 0;
  const show = () => {
    const first = shown;
    list.append(...events.slice(shown, shown + STEP).map(item));
    shown = Math.min(shown + STEP, events.length);
    more.textContent = `Show ${Math.min(STEP, events.length - shown)} more of ${counted(events.length, "event")}`;
    more.hidden = shown >= events.length;
    if (first > 0) {
      const next = /** @type {HTMLElement} */ (list.children[first]);
      next.tabIndex = -1;
      next.focus();
    }
  };
  const details = element("details", { class: "stage" },
    element("summary", {}, element("h3", {}, STAGES[stage].title), element("span", { class: "count" }, counted(events.length, "event"))),
    element("p", { class: "stage-what" }, STAGES[stage].what),
    list, more);
  details.open = open;
  // What is closed costs nothing.
  if (open) show();
  else details.addEventListener("toggle", show, { once: true });
  return details;
}

/**
 * @param {Log} log @param {any} report the verified one, or null where nothing was verified
 */
export function timeline(log, report) {
  const events = toldEvents(log, report);
  const result = element("div", { class: "stages" });
  const status = element("p", { class: "search-status", role: "status" });
  const search = element("input", { id: "event-search", type: "search", autocomplete: "off", spellcheck: "false", placeholder: "kernel, PCR 7, db, a digest …" });
  const draw = () => {
    // The number of a PCR is that one, and no part of a digest.
    const words = search.value.toLowerCase().replace(/\bpcr\s*(\d+)\b/g, "pcr-$1;").split(/\s+/).filter(Boolean);
    const found = words.length === 0 ? events : events.filter(({ text }) => words.every((word) => text.includes(word)));
    const stages = /** @type {import("./event_meanings.js").Stage[]} */ (Object.keys(STAGES));
    const sections = stages.flatMap((stage) => {
      const own = found.filter((event) => event.stage === stage);
      return own.length > 0 ? [section(stage, own, own.length <= STEP || words.length > 0)] : [];
    });
    result.replaceChildren(...sections);
    status.textContent = words.length === 0 ? `${counted(events.length, "event")} in all` : `${counted(found.length, "event")} of ${events.length.toLocaleString("en")} found`;
  };
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(draw, 80);
  });
  draw();
  const verified = events.filter((event) => event.verified).length;
  const note = verified > 0
    ? `${verified.toLocaleString("en")} of ${counted(events.length, "event")} lie in registers whose signed value the log leads to, and are verified. What an event says of itself is verified only where it was measured too.`
    : "None of this was verified: these are the log's own words, in the order of the log.";
  return [element("p", { class: "lead" }, note),
    element("div", { class: "search" }, element("label", { for: "event-search" }, "Search the events"), search, status),
    result];
}
