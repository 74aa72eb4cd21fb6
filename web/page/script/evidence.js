// The files that were dropped: what each is, found out by the verifier's own readers, and what it is used for, which the user may change.

import { textOf, pemBlocks } from "./hexadecimal.js";
import { structuresOf } from "./structures.js";

/**
 * @typedef {"evidence" | "policy" | "log" | "named" | "root" | "intermediate" | "revocation" | "hcl-report" | "client-data" | "shown"} Role
 * @typedef {import("./structures.js").Structure} Structure
 * @typedef {{ name: string, bytes: Uint8Array, what: string, role: Role, roles: Role[], structures: Structure[], problem: string | null }} Given
 */

/** @type {Record<Role, string>} what a file is used for */
export const ROLE_WORDS = {
  "evidence": "to be verified",
  "policy": "the policy",
  "log": "a log beside the proof",
  "named": "a file that the policy names",
  "root": "a root to trust instead",
  "intermediate": "a certificate in between",
  "revocation": "a revocation list",
  "hcl-report": "an HCL report beside the proof",
  "client-data": "the client data",
  "shown": "only shown",
};

/** @type {Record<string, [string, Role[]]>} of what `show` calls a thing: what it is, and what it may be used for, the likeliest first */
const SHOWN = {
  "TpmProof": ["proof", ["evidence", "shown"]],
  "NitroTPM attestation document": ["NitroTPM document", ["evidence", "shown"]],
  "WebAuthn attestation object": ["WebAuthn statement", ["evidence", "shown"]],
  "event log": ["event log", ["log", "named", "shown"]],
  "Certificate": ["certificate", ["shown", "named", "root", "intermediate"]],
  "TPMS_ATTEST": ["quote (TPMS_ATTEST)", ["shown"]],
  "TPM2B_ATTEST": ["quote (TPM2B_ATTEST)", ["shown"]],
  "TPMT_SIGNATURE": ["signature", ["shown"]],
  "TPMT_PUBLIC": ["public key of a TPM", ["shown", "named"]],
  "TPM2B_PUBLIC": ["public key of a TPM", ["shown", "named"]],
  "HCL report": ["HCL report", ["hcl-report", "shown"]],
  "Activation": ["record of an enrollment", ["named", "shown"]],
};

/** @type {Role[]} for what no reader knows: broken evidence is still evidence, and the verifier says what is wrong with it */
const UNKNOWN = ["evidence", "policy", "log", "named", "revocation", "client-data"];

/**
 * @param {import("./engine.js").Engine} engine @param {string} name @param {Uint8Array} bytes @returns {Given}
 */
export function read(engine, name, bytes) {
  try {
    const shown = JSON.parse(engine.show(bytes));
    const [what, roles] = SHOWN[shown.type] ?? [shown.type, ["shown"]];
    return { name, bytes, what, role: roles[0], roles, structures: structuresOf(name, bytes, shown), problem: null };
  } catch (error) {
    const [what, role] = otherKind(bytes);
    const problem = role ? null : String(/** @type {Error} */ (error).message);
    return { name, bytes, what, role: role ?? "evidence", roles: UNKNOWN, structures: [], problem };
  }
}

/** What is no evidence: a policy, client data, a list. Whether it is a good one, the verifier says. @param {Uint8Array} bytes @returns {[string, Role | null]} */
function otherKind(bytes) {
  if (isCompiledPolicy(bytes)) return ["compiled policy", "policy"];
  if (pemBlocks(bytes).some((block) => block.label === "X509 CRL")) return ["revocation list", "revocation"];
  const text = textOf(bytes);
  if (text === null) return ["not known", null];
  if (/^\s*version\s*=/m.test(text) || /^\s*\{\s*"version"\s*:\s*1\b/.test(text)) return ["policy", "policy"];
  if (/^\s*\{/.test(text) && text.includes('"challenge"') && text.includes('"origin"')) return ["client data", "client-data"];
  return ["not known", null];
}

/** A sequence in DER that begins with version 1 and goes on with a tagged member, as no proof does. @param {Uint8Array} bytes */
function isCompiledPolicy(bytes) {
  const head = bytes[1] < 0x80 ? 2 : 2 + (bytes[1] & 0x7f);
  return bytes[0] === 0x30 && [0x02, 0x01, 0x01].every((octet, place) => bytes[head + place] === octet) && bytes[head + 3] >= 0x80;
}

/**
 * The paths by which a policy names files that were dropped: a browser knows a file's name, not where it lies.
 * @param {string} policy @param {Given[]} given @returns {Record<string, Uint8Array>}
 */
export function namedFiles(policy, given) {
  /** @type {Record<string, Uint8Array>} */
  const files = {};
  for (const [, path] of policy.matchAll(/["']([^"'\n]+)["']/g)) {
    const file = given.find(({ name, role }) => role === "named" && name === path.split("/").at(-1));
    if (file) files[path] = file.bytes;
  }
  return files;
}

/** A file that the policy names by its name is used for that. @param {string} policy @param {Given[]} given */
export function adoptNamed(policy, given) {
  for (const file of given) {
    const named = [...policy.matchAll(/["']([^"'\n]+)["']/g)].some(([, path]) => path.split("/").at(-1) === file.name);
    if (named && file.role === "shown" && file.roles.includes("named")) file.role = "named";
  }
}
