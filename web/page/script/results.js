// What is shown of the evidence: the verdict and what it rests on, or, where nothing was verified, the evidence as it stands.

import { badge, byId, copyButton, digits, element, symbol } from "./dom.js";
import { certificatesOf, claimedPcrs, enclosedLogs, listedEvents } from "./structures.js";
import { bytesView } from "./bytes_view.js";
import { chain } from "./chain.js";
import { pcrTable, replayedPcrs } from "./pcr_table.js";
import { timeline } from "./timeline.js";
import { checksTable, verdict } from "./verdict.js";

/**
 * @typedef {import("./evidence.js").Given} Given
 * @typedef {import("./timeline.js").Log} Log
 * @typedef {{ report: any, at: string, subject: string, command: string, pin: Node | null }} Judged
 * @typedef {{ id: string, title: string, content: (Node | string)[] }} Section
 */

/** The logs of the evidence and beside it. @param {import("./engine.js").Engine} engine @param {Given[]} given @returns {{ log: Log | null, problem: string | null }} */
function logsOf(engine, given) {
  const evidence = given.find(({ role }) => role === "evidence");
  const enclosed = evidence?.structures.flatMap(enclosedLogs) ?? [];
  const beside = given.filter(({ role, what }) => role === "log" || (role === "shown" && what === "event log")).map(({ bytes }) => bytes);
  const all = [...enclosed.map(({ bytes }) => bytes), ...beside];
  const listed = listedEvents(evidence?.structures.flatMap(({ fields }) => fields) ?? []);
  const asListed = listed.length > 0 ? { format: "listed", events: listed, facts: [], replayed: {} } : null;
  if (all.length === 0) return { log: asListed, problem: null };
  try {
    const log = JSON.parse(engine.log(all));
    // Values to compare with, of systemd's, are no events.
    return { log: log.events ? log : null, problem: null };
  } catch (error) {
    return { log: asListed, problem: String(/** @type {Error} */ (error).message) };
  }
}

/** @param {Given[]} given @param {Judged | null} judged @param {Log | null} log @returns {Section | null} */
function pcrSection(given, judged, log) {
  const verified = judged?.report.pcrs ?? [];
  const claimed = given.filter(({ role }) => role === "evidence").flatMap(({ structures }) => structures.flatMap(({ fields }) => claimedPcrs(fields)));
  const replayed = log ? replayedPcrs(log.replayed) : [];
  const register = log?.format === "ccel" ? "register" : "PCR";
  if (verified.length > 0) return { id: "pcrs", title: "PCRs", content: [pcrTable(verified, "What the TPM signed, and what the policy makes of it.")] };
  if (claimed.length > 0) return { id: "pcrs", title: "PCRs", content: [pcrTable(claimed, "What the proof says. It was not verified, and may be anything.")] };
  if (replayed.length > 0) return { id: "pcrs", title: register === "PCR" ? "PCRs" : "Registers", content: [pcrTable(replayed, "What the events of the log lead to.", register)] };
  return null;
}

/** @param {Given[]} given @param {Judged | null} judged @returns {Section | null} */
function keySection(given, judged) {
  const ofEvidence = given.filter(({ role }) => role === "evidence");
  const others = given.filter(({ role, what }) => role !== "evidence" && what === "certificate");
  const [certificates, beside] = [ofEvidence, others].map((files) => files.flatMap(({ structures }) => structures.flatMap(certificatesOf)));
  const content = chain(judged?.report ?? null, certificates, beside, judged?.at ?? new Date().toISOString().replace(/\.\d+/, ""));
  return content.length > 0 ? { id: "key", title: certificates.length + beside.length > 0 ? "Key and certificates" : "Key", content: /** @type {Node[]} */ (content) } : null;
}

/** What hangs on a measured event, and what is only enclosed. @param {any} report @returns {Section | null} */
function bindingSection({ bindings, attachments }) {
  if (bindings.length + attachments.length === 0) return null;
  const rows = [
    ...bindings.map((/** @type {any} */ one) => [one, badge("pass", "Bound"), [`by event ${one.event} of PCR ${one.pcr}, ${one.measured_kind} ${one.measured_name}: `, digits(one.digest)]]),
    ...attachments.map((/** @type {any} */ one) => [one, badge("not-checked", "Only enclosed"), "no required event measured it"]),
  ];
  const heads = ["Attachment", "State", "Why"].map((name) => element("th", { scope: "col" }, name));
  return { id: "attachments", title: "Attachments", content: [element("table", { class: "attachments" },
    element("caption", {}, "What lies in the proof besides: bound to the machine only where the policy requires the event that measured it."),
    element("thead", {}, element("tr", {}, heads)),
    element("tbody", {}, rows.map(([one, state, why]) =>
      element("tr", {}, element("th", { scope: "row" }, one.kind, one.name && one.name !== one.kind && ` ${one.name}`), element("td", {}, state), element("td", { class: "why" }, why)))))] };
}

/** @param {Given[]} given @returns {Section | null} */
function bytesSection(given) {
  const structures = given.flatMap((file) => file.structures).filter(({ fields }) => fields.length > 0);
  if (structures.length === 0) return null;
  const place = element("div", {});
  const show = (/** @type {number} */ number) => place.replaceChildren(bytesView(structures[number]));
  const choice = element("select", { id: "structure", change: () => show(choice.selectedIndex) }, structures.map(({ label }) => element("option", {}, label)));
  show(0);
  const chooser = structures.length > 1 && element("p", { class: "together" }, element("label", { for: "structure" }, "File"), choice);
  const lead = element("p", { class: "lead" }, "Every field of the file and where it lies. Point at a field or a byte, or move through either with the arrow keys.");
  return { id: "bytes", title: "Bytes", content: [lead, ...(chooser ? [chooser] : []), place] };
}

/** @param {Judged} judged @returns {Section} */
function reproduceSection({ command, pin }) {
  const copy = copyButton("Copy the command", () => command);
  return {
    id: "reproduce",
    title: "Reproduce and pin",
    content: [
      element("h3", {}, "The same by the command line"),
      element("div", { class: "command" }, element("pre", { id: "command", tabindex: "0", "aria-label": "Command line" }, command), copy),
      element("p", { class: "hint" }, "In the folder with these files. It prints the same report and exits with 0 if the proof is accepted, 1 if it is rejected."),
      ...(pin ? [pin] : []),
    ],
  };
}

/** What is shown where nothing was verified. @param {Given[]} given @returns {Section} */
function shownSection(given) {
  const words = given.map(({ name, what, problem }) => element("li", {}, element("strong", {}, name), `: ${what}.`, problem && element("span", { class: "why" }, ` ${problem}`)));
  const verifiable = given.some(({ role }) => role === "evidence");
  return {
    id: "shown",
    title: "Shown, not verified",
    content: [
      element("p", { class: "lead" }, symbol("not-checked"), verifiable
        ? " Below is what the files say of themselves. Give a policy and your nonce, and verify them."
        : " Below is what the files say of themselves. There is nothing among them to give a verdict on: that takes a proof, or evidence of another tool."),
      element("ul", { class: "shown-files" }, words),
      ...(!verifiable && given.some(({ what }) => what.startsWith("quote")) ? [
        element("p", { class: "hint" }, "A quote alone proves nothing. Of the files that tpm2_quote writes, this makes a proof:"),
        element("pre", { class: "words", tabindex: "0", "aria-label": "Command line" }, "tpmproof convert --message quote.msg --signature quote.sig --pcrs quote.pcrs --ak ak.pem --to proof-pem -o machine.proof"),
      ] : []),
    ],
  };
}

/**
 * @param {import("./engine.js").Engine} engine @param {Given[]} given @param {Judged | null} judged
 */
export function showResults(engine, given, judged) {
  const { log, problem } = logsOf(engine, given);
  /** @type {(Section | null)[]} */
  const sections = [
    judged ? { id: "verdict", title: "Verdict", content: verdict(judged.report, judged.subject) } : shownSection(given),
    judged && { id: "checks", title: "Checks", content: [checksTable(judged.report)] },
    keySection(given, judged),
    pcrSection(given, judged, log),
    log && { id: "events", title: "Events", content: [...(problem ? [element("p", { class: "problem" }, problem)] : []), ...timeline(log, judged?.report ?? null)] },
    !log && problem ? { id: "events", title: "Events", content: [element("p", { class: "problem" }, problem)] } : null,
    judged && bindingSection(judged.report),
    judged && reproduceSection(judged),
    bytesSection(given),
  ];
  const present = /** @type {Section[]} */ (sections.filter(Boolean));
  byId("sections").replaceChildren(...present.map(({ id, title, content }) =>
    // The verdict is its own heading.
    element("section", { id, "aria-labelledby": `${id}-title` }, id !== "verdict" && element("h2", { id: `${id}-title`, tabindex: "-1" }, title), content)));
  const contents = byId("contents");
  contents.hidden = present.length < 2;
  contents.replaceChildren(element("ul", {}, present.map(({ id, title }) => element("li", {}, element("a", { href: `#${id}` }, title)))));
}
