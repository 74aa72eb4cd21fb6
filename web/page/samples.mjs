// The samples of the page, out of the test vectors with their own policies, nonces and times.

import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const SAMPLES = [
  { id: "good", vector: "boot-uki-sb-logs", title: "Good", what: "A machine that booted as its policy says, with its event log" },
  { id: "tampered", vector: "value-bit", title: "Tampered", what: "One bit of a PCR value was changed" },
  { id: "expired", vector: "expired-leaf", title: "Expired", what: "The certificate of the key has expired" },
];

/** @param {string} folder with the test vectors */
export function samples(folder) {
  return SAMPLES.map(({ id, vector, title, what }) => {
    const path = join(folder, `${vector}.proof`);
    const bytes = readFileSync(path);
    const header = Object.fromEntries(bytes.toString("utf8").split("\n\n", 1)[0].split("\n").map((line) => line.split(": ", 2)));
    const policy = join(folder, header.policy);
    const text = readFileSync(policy, "utf8");
    const named = text.split("\n").flatMap((line) => (line.startsWith("root_files") ? [...line.matchAll(/"([^"]+)"/g)].map(([, name]) => name) : []));
    const file = (/** @type {string} */ name) => ({ name: basename(name), base64: readFileSync(name).toString("base64") });
    return {
      id, title, what, proof: file(path), policy: { name: basename(policy), text }, nonce: header.nonce, at: header.at,
      expect: header.expect, layer: header.layer, files: named.map((name) => file(join(dirname(policy), name))),
    };
  });
}
