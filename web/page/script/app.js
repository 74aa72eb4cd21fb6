// The page: files and words in, results out.

import { byId, element, symbol } from "./dom.js";
import { commandLine } from "./command.js";
import { start } from "./engine.js";
import { ROLE_WORDS, adoptNamed, namedFiles, read } from "./evidence.js";
import { fromBase64, textOf } from "./hexadecimal.js";
import { pinForm } from "./pin.js";
import { showResults } from "./results.js";
import { offerThemes } from "./theme.js";

/** @typedef {import("./evidence.js").Given} Given */

/** @type {Given[]} */
let given = [];
let policyName = "policy.toml";
/** A policy that is no text stays a file. */
const compiledPolicy = () => given.find(({ role }) => role === "policy");

const [policy, nonce, noNonce, at, problem] = ["policy", "nonce", "no-nonce", "at", "problem"].map(byId);

/** @param {import("./engine.js").Engine} engine */
function run(engine) {
  byId("version").textContent = engine.version();
  byId("verify").disabled = false;

  const tell = (/** @type {string} */ words) => { byId("announcement").textContent = words; };

  const welcome = [...byId("sections").children];
  let judged = false;

  /** What is shown is no longer what was verified. */
  const changed = () => {
    judged = false;
    problem.textContent = "";
    adoptNamed(policy.value, given);
    drawFiles();
    if (given.length > 0) return showResults(engine, given, null);
    byId("contents").hidden = true;
    byId("sections").replaceChildren(...welcome);
  };

  /** The same where nothing but words changed: without a verdict, what is shown of the files stays. */
  const reworded = () => {
    if (judged) return changed();
    problem.textContent = "";
    adoptNamed(policy.value, given);
    drawFiles();
  };

  const drawFiles = () => {
    byId("given").replaceChildren(...given.map((file, place) => {
      const id = `role-${place}`;
      const choice = element("select", { id, "aria-label": `What ${file.name} is used for`, change: () => {
        file.role = file.roles[choice.selectedIndex];
        takePolicies();
        changed();
        byId("given").querySelectorAll("select")[place]?.focus();
      } }, file.roles.map((role) => element("option", { selected: role === file.role }, ROLE_WORDS[role])));
      const remove = element("button", { type: "button", class: "quiet icon", "aria-label": `Remove ${file.name}`, click: () => {
        given.splice(place, 1);
        changed();
        byId("files").focus();
      } }, symbol("remove"));
      return element("li", {}, element("div", { class: "file" }, element("strong", {}, file.name), element("span", { class: "what" }, file.what)), choice, remove);
    }));
  };

  /** The words of a policy go where they can be read and changed; there is one policy. */
  const takePolicies = () => {
    const file = given.findLast(({ role }) => role === "policy");
    if (!file) return;
    const text = textOf(file.bytes);
    policyName = file.name;
    policy.value = text ?? "";
    given = given.filter((other) => other.role !== "policy" || (other === file && text === null));
  };

  const usePolicy = (/** @type {string} */ name, /** @type {string} */ text) => {
    given = given.filter(({ role }) => role !== "policy");
    [policyName, policy.value] = [name, text];
  };

  const add = (/** @type {{ name: string, bytes: Uint8Array }[]} */ files) => {
    for (const { name, bytes } of files) {
      const file = read(engine, name, bytes);
      given = given.filter((other) => other.name !== name);
      // One at a time is verified: the newest.
      if (file.role === "evidence") for (const other of given) if (other.role === "evidence") other.role = other.roles.includes("shown") ? "shown" : "log";
      given.push(file);
    }
    takePolicies();
    changed();
    tell(files.map(({ name }) => `${name}: ${given.find((file) => file.name === name)?.what ?? "policy"}`).join(", "));
  };

  const addFiles = async (/** @type {Iterable<File>} */ files) =>
    add(await Promise.all([...files].map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }))));

  const bytesOf = (/** @type {string} */ role) => given.filter((file) => file.role === role).map(({ bytes }) => bytes);

  const verify = () => {
    problem.textContent = "";
    const evidence = given.find(({ role }) => role === "evidence");
    const complain = (/** @type {string} */ words, /** @type {HTMLElement} */ where) => {
      problem.textContent = words;
      where.focus();
    };
    if (!evidence) return complain("There is nothing to verify yet: drop a proof, or evidence of another tool.", byId("files"));
    if (!compiledPolicy() && policy.value.trim() === "") return complain("A verdict needs a policy: which keys to trust, and what to find.", policy);
    const asked = { nonce: nonce.value.trim(), insecureNoFreshness: noNonce.checked, at: at.value.trim() || new Date().toISOString().replace(/\.\d+/, "") };
    if (!asked.nonce && !asked.insecureNoFreshness) return complain("Give the nonce that you sent, or say that you go without one.", nonce);
    const options = {
      ...(asked.insecureNoFreshness ? { insecureNoFreshness: true } : { nonce: asked.nonce }),
      at: asked.at, logs: bytesOf("log"), roots: bytesOf("root"), intermediates: bytesOf("intermediate"), revocationLists: bytesOf("revocation"),
      attachments: bytesOf("hcl-report").map((bytes) => ({ kind: "hcl-report", bytes })),
      ...(bytesOf("client-data")[0] && { clientData: bytesOf("client-data")[0] }),
      files: namedFiles(policy.value, given),
    };
    let report;
    try {
      report = JSON.parse(engine.verify(evidence.bytes, compiledPolicy()?.bytes ?? policy.value, options));
    } catch (error) {
      showResults(engine, given, null);
      return complain(`No verdict: ${/** @type {Error} */ (error).message}`, byId("verify"));
    }
    const pinnable = evidence.what === "proof" && report.quote?.kind === "tpm-quote";
    const use = (/** @type {string} */ text) => {
      usePolicy("policy.toml", text);
      changed();
      policy.focus();
    };
    const command = commandLine(given, policyName, asked);
    judged = true;
    showResults(engine, given, { report, at: asked.at, subject: evidence.name, command, pin: pinnable ? pinForm(engine, evidence.bytes, options, use) : null });
    tell(report.verdict === "accepted" ? `Accepted: ${evidence.name}` : `Rejected: ${evidence.name}`);
    byId("verdict-title").focus({ preventScroll: true });
    byId("verdict").scrollIntoView({ block: "start" });
  };

  byId("ask").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    verify();
  });
  policy.addEventListener("input", () => {
    usePolicy(policyName, policy.value);
    reworded();
  });
  for (const field of [nonce, noNonce, at]) field.addEventListener("input", reworded);
  noNonce.addEventListener("change", () => { nonce.disabled = noNonce.checked; });
  // Enter would submit the form.
  byId("files").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    byId("files").click();
  });
  byId("files").addEventListener("change", (/** @type {any} */ event) => {
    void addFiles(event.target.files).then(() => { event.target.value = ""; });
  });
  offerSamples((sample) => {
    given = [];
    usePolicy(sample.policy.name, sample.policy.text);
    [nonce.value, nonce.disabled, noNonce.checked, at.value] = [sample.nonce, false, false, sample.at];
    add([sample.proof, ...sample.files].map(({ name, base64 }) => ({ name, bytes: fromBase64(base64) })));
    verify();
  });
  takeDrops(addFiles, add);
}

/** @param {(sample: any) => void} choose */
function offerSamples(choose) {
  const samples = JSON.parse(byId("sample-data").textContent);
  byId("samples").replaceChildren(...samples.map((/** @type {any} */ sample) =>
    element("button", { type: "button", "data-sample": sample.id, title: sample.what, click: () => choose(sample) }, sample.title)));
}

/** Files may be dropped anywhere and pasted anywhere, and text that is pasted outside of a field is a file. @param {(files: File[]) => Promise<void>} addFiles @param {(files: { name: string, bytes: Uint8Array }[]) => void} add */
function takeDrops(addFiles, add) {
  const over = byId("dropping");
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over.hidden = false;
  });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) over.hidden = true; });
  addEventListener("drop", (event) => {
    over.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    void addFiles([...event.dataTransfer?.files ?? []]);
  });
  addEventListener("paste", (event) => {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length > 0) {
      event.preventDefault();
      void addFiles(files);
      return;
    }
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text === "" || /** @type {HTMLElement} */ (event.target).closest?.("input, textarea")) return;
    event.preventDefault();
    add([{ name: "pasted", bytes: new TextEncoder().encode(text) }]);
  });
}

offerThemes();
start().then(run, (error) => {
  problem.textContent = `The verifier does not start in this browser: ${error.message}`;
});
