// The commands of tpmproof over bytes in memory. What they print is what the command line prints.

import load, { Command, initSync as loadSync } from "./bindings/tpmproof.js";

let ready = false;

/** Loads the module; until then nothing can be called. */
export default async function init(source) {
  const instance = await load(source);
  ready = true;
  return instance;
}

export function initSync(source) {
  const instance = loadSync(source);
  ready = true;
  return instance;
}

/** A command that came to no verdict, in the command line's own words. `code` is its exit code. */
export class TpmproofError extends Error {
  constructor(message, code) {
    super(message);
    this.name = "TpmproofError";
    this.code = code;
  }
}

const encoder = new TextEncoder();

/** The options and files of one call. */
class Call {
  #command;
  #names = new Set();

  constructor() {
    if (!ready) throw new Error("the module is not loaded: first `await init()`, which is the default export");
    // Seconds of this machine's clock: the module has none.
    this.#command = new Command(BigInt(Math.floor(Date.now() / 1000)));
  }

  /** Bytes, or text in UTF-8, under a name of its own. */
  file(name, bytes) {
    if (typeof bytes === "string") bytes = encoder.encode(bytes);
    if (bytes instanceof ArrayBuffer) bytes = new Uint8Array(bytes);
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name}: expected a Uint8Array, an ArrayBuffer or a string`);
    if (this.#names.has(name)) throw new TypeError(`options.files has ${name}, which is the name of another argument`);
    this.#names.add(name);
    this.#command.file(name, bytes);
    return name;
  }

  /** `--name value`, where there is a value. */
  option(name, value) {
    if (value === undefined) return;
    if (typeof value !== "string") throw new TypeError(`${name}: expected a string`);
    this.#command.option(name, value);
  }

  /** `--name`, where it is true. */
  flag(name, value) {
    if (value) this.#command.option(name, "");
  }

  /** `--name FILE` for each. */
  each(name, list = []) {
    [...list].forEach((bytes, place) => this.option(name, this.file(`${name}-${place + 1}`, bytes)));
  }

  /** What the command prints; what it says beside that goes to `notes`. */
  run(name, notes) {
    const outcome = this.#command.run(name);
    const { code } = outcome;
    const [text, said] = outcome.texts();
    // A verdict is text, whether it accepts or rejects.
    if (code > 1 || text === "") throw new TpmproofError(said.trimEnd().replace(/^tpmproof: /, ""), code);
    if (said !== "") notes?.(said);
    return text;
  }
}

/** What `verify` and `pin` have in common. */
function asked(proof, options) {
  const call = new Call();
  call.option("proof", call.file("proof", proof));
  call.option("as", options.as);
  call.option("bank", options.bank);
  call.option("nonce", options.nonce);
  call.flag("insecure-no-freshness", options.insecureNoFreshness);
  call.option("at", options.at);
  call.each("root", options.roots);
  call.each("crl", options.revocationLists);
  [...(options.logs ?? [])].forEach((log, place) => {
    const named = log.name !== undefined;
    const file = call.file(`log-${place + 1}`, named ? log.bytes : log);
    call.option("log", named ? `${log.name}=${file}` : file);
  });
  [...(options.attachments ?? [])].forEach(({ kind, name, bytes }, place) => {
    // The last part of the path is the attachment's name.
    call.option("attach", `${kind}=${call.file(`attachment-${place + 1}/${name ?? kind}`, bytes)}`);
  });
  return call;
}

export function verify(proof, policy, options = {}) {
  const call = asked(proof, options);
  call.option("policy", call.file("policy", policy));
  for (const [name, bytes] of Object.entries(options.files ?? {})) call.file(name, bytes);
  call.each("intermediate", options.intermediates);
  if (options.clientData !== undefined) call.option("client-data", call.file("client-data", options.clientData));
  call.flag("json", options.json ?? true);
  return call.run("verify", options.notes);
}

export function pin(proof, options = {}) {
  const call = asked(proof, options);
  for (const pcr of options.pcrs ?? []) call.option("pcr", pcr);
  return call.run("pin", options.notes);
}

export function show(bytes, options = {}) {
  const call = new Call();
  call.option("file", call.file("file", bytes));
  call.option("as", options.as);
  call.flag("json", options.json ?? true);
  return call.run("show", options.notes);
}

export function log(logs, options = {}) {
  const call = new Call();
  call.each("file", Array.isArray(logs) ? logs : [logs]);
  call.flag("json", options.json ?? true);
  return call.run("log", options.notes);
}

export function roots() {
  return new Call().run("roots");
}

export function version() {
  return "VERSION";
}
