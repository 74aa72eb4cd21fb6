// Promise: the package says what the command line says, byte for byte, of everything in testvectors/; and nothing makes it trap.
// node.mjs TPMPROOF REPORTS: the program to compare with, and the reports of the emulated Cortex-M, which no-std-check/table leaves.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import init, { TpmproofError, log, pin, roots, show, verify, version } from "../dist/node.js";

const program = resolve(process.argv[2]);
const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const vectors = join(root, "testvectors");

// The command line runs where files have the names that the package gives to its arguments, since errors say them.
const work = mkdtempSync(join(tmpdir(), "tpmproof-web-"));
process.on("exit", () => rmSync(work, { recursive: true }));
const folder = join(work, "run");
mkdirSync(folder);
symlinkSync(join(vectors, "material"), join(work, "material"));

/** What the program does with files of these names. */
function run(words, files = {}) {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: folder, maxBuffer: 1 << 28 });
  return { code: status, text: stdout.toString(), notes: stderr.toString() };
}

/** What the package does, in the same words. */
function attempt(call) {
  const notes = [];
  try {
    const text = call((said) => notes.push(said));
    return { text, notes: notes.join("") };
  } catch (error) {
    if (!(error instanceof TpmproofError)) throw error;
    return { text: "", code: error.code, notes: error.message };
  }
}

/** Holds one against the other; `true` where there is a result. */
function compare(name, ours, theirs) {
  assert.equal(ours.text, theirs.text, name);
  assert.equal(ours.notes, ours.text === "" ? theirs.notes.trimEnd().replace(/^tpmproof: /, "") : theirs.notes, name);
  if (ours.code !== undefined) assert.equal(ours.code, theirs.code, name);
  return ours.text !== "";
}

const read = (path) => readFileSync(join(vectors, path));

/** All files below a folder. */
const below = (at) =>
  readdirSync(join(vectors, at), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? below(join(at, entry.name)) : [join(at, entry.name)],
  );

/** The `name: value` lines of a vector. */
const header = (bytes) =>
  Object.fromEntries(
    bytes
      .toString()
      .split("\n\n", 1)[0]
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
  );

/** The files that a policy names. */
const named = (policy) =>
  Object.fromEntries([...policy.toString().matchAll(/"\.\.\/(material\/[^"]+)"/g)].map(([, path]) => [`../${path}`, read(path)]));

// As in a browser, where the module is loaded by a call.
{
  const early = await import(`../dist/tpmproof.js?early`);
  assert.throws(() => early.roots(), /^Error: the module is not loaded: first `await init\(\)`/);
  early.initSync({ module: readFileSync(new URL("../dist/bindings/tpmproof_bg.wasm", import.meta.url)) });
  assert.equal(early.roots(), roots());
}

await init();
const proofs = readdirSync(vectors).filter((name) => name.endsWith(".proof"));
const cases = proofs.map((name) => {
  const proof = read(name);
  const { nonce, at, expect, policy: path } = header(proof);
  const policy = read(path);
  return { name, proof, policy, expect, options: { nonce, at, files: named(policy) } };
});

{
  const counts = { accepted: 0, rejected: 0 };
  for (const { name, proof, policy, expect, options } of cases) {
    const words = ["verify", "proof", "--policy", "policy", "--nonce", options.nonce, "--at", options.at];
    for (const json of [true, false]) {
      const ours = attempt((notes) => verify(proof, policy, { ...options, json, notes }));
      assert(compare(name, ours, run(json ? [...words, "--json"] : words, { proof, policy })), name);
      if (json) assert.equal(JSON.parse(ours.text).verdict, expect, name);
    }
    counts[expect] += 1;
  }
  assert(counts.accepted >= 30 && counts.rejected >= 10);
  console.log(`verify: ${cases.length} proofs as the command line, byte for byte, in JSON and text (${counts.accepted} accepted, ${counts.rejected} rejected)`);
}

// The same answer everywhere: what the image `words` printed, held against both.
if (existsSync(process.argv[3] ?? "")) {
  const printed = readFileSync(process.argv[3]).toString().split(/^RUN .*\n/m).join("").split(/^REPORT /m).slice(1);
  assert.equal(printed.length, 6);
  for (const report of printed) {
    const name = report.slice(0, report.indexOf("\n"));
    const [text, json] = report.slice(name.length + 1).split(/^JSON (?=\{)/m);
    const { proof, policy, options } = cases.find((one) => one.name === `${name}.proof`);
    assert.equal(text, verify(proof, policy, { ...options, json: false }), name);
    assert.equal(json, verify(proof, policy, options), name);
  }
  console.log(`same answer: ${printed.length} reports of the emulated Cortex-M as here and on the command line, in words and in JSON`);
} else {
  console.log("same answer: the emulated Cortex-M is not compared, for no-std-check/table has left no reports");
}

{
  const files = below(".");
  const counts = [0, 0];
  for (const path of files) {
    const bytes = read(path);
    const shown = attempt((notes) => show(bytes, { notes }));
    counts[0] += compare(path, shown, run(["show", "file", "--json"], { file: bytes }));
    const listed = attempt((notes) => log(bytes, { notes }));
    counts[1] += compare(path, listed, run(["log", "file-1", "--json"], { "file-1": bytes }));
  }
  assert(counts[0] >= 200 && counts[1] >= 15, `${counts}`);
  console.log(`show, log: ${files.length} files as the command line, ${counts[0]} of them shown, ${counts[1]} of them logs, the others refused in the same words`);
}

{
  const boot = "material/boot-uki-sb/binary_bios_measurements";
  const list = "material/boot-uki-sb/binary_runtime_measurements";
  const files = { "file-1": read(boot), "file-2": read(list) };
  for (const json of [true, false]) {
    const words = ["log", "file-1", "file-2", ...(json ? ["--json"] : [])];
    assert(compare("log", attempt((notes) => log(Object.values(files), { json, notes })), run(words, files)));
  }
  const proof = read("boot-uki-sb-logs.proof");
  const { nonce, at } = header(proof);
  const asked = ["--nonce", nonce, "--at", at];
  const pinned = attempt((notes) => pin(proof, { nonce, at, pcrs: ["7=log"], notes }));
  assert(compare("pin", pinned, run(["pin", "proof", ...asked, "--pcr", "7=log"], { proof })));
  assert.equal(JSON.parse(verify(proof, pinned.text, { nonce, at })).verdict, "accepted");
  // A log and a root beside a proof.
  const bare = read("boot-no-log.proof");
  const { nonce: own, policy } = header(bare);
  const firmware = read("material/boot-uki/binary_bios_measurements");
  for (const one of [firmware, { name: "firmware", bytes: firmware }]) {
    const report = JSON.parse(verify(bare, read(policy), { nonce: own, at, logs: [one] }));
    assert.equal(report.verdict, "accepted");
  }
  const certified = cases.find(({ name }) => name === "other-root.proof");
  const rootFile = read("material/swtpm/chain_rsa.root.pem");
  assert.equal(JSON.parse(verify(certified.proof, certified.policy, { ...certified.options, roots: [rootFile] })).checks[0].outcome, "pass");
  assert.equal(roots(), run(["roots"]).text);
  assert.equal(`tpmproof ${version()}\n`, run(["--version"]).text);
  console.log("log of two files, pin, roots, version: as the command line; logs and roots beside a proof are taken");
}

{
  // What else may stand beside a proof: an authority's certificate, revocation lists, attachments.
  const beside = (name, proof, policy, { nonce, at, files }, options, words, given) => {
    const ours = attempt((notes) => verify(proof, policy, { nonce, at, files, ...options, notes }));
    const asked = ["verify", "proof", "--policy", "policy", "--json", "--nonce", nonce, "--at", at, ...words];
    assert(compare(name, ours, run(asked, { proof, policy, ...given })), name);
    return JSON.parse(ours.text);
  };
  const lacking = cases.find(({ name }) => name === "no-intermediate.proof");
  const between = read("material/swtpm/chain_rsa.int.pem");
  const completed = beside(
    "intermediates", lacking.proof, lacking.policy, lacking.options,
    { intermediates: [between] }, ["--intermediate", "intermediate-1"], { "intermediate-1": between },
  );
  assert.equal(completed.verdict, "accepted");

  const swtpm = "../material/swtpm/q_p256_sha256";
  const evidence = ["--message", `${swtpm}.msg`, "--signature", `${swtpm}.sig`, "--pcrs", `${swtpm}.pcrs`];
  assert.equal(run(["convert", ...evidence, "--ak", "../material/lists-p256/chain.pem", "-o", "listed"]).code, 0);
  const listed = readFileSync(join(folder, "listed"));
  const asked = { nonce: read("material/swtpm/nonce.hex").toString().trim(), at: "2027-01-01T00:00:00Z" };
  const strict = pin(listed, { ...asked, roots: [read("material/lists-p256/root.pem")] }).replace(/^roots = /m, "require_crl = true\n$&");
  const root = read("material/lists-p256/root.crl");
  for (const [name, verdict] of [["int", "accepted"], ["int-revoking", "rejected"]]) {
    const given = { "crl-1": root, "crl-2": read(`material/lists-p256/${name}.crl`) };
    const words = ["--crl", "crl-1", "--crl", "crl-2"];
    const report = beside(name, listed, strict, asked, { revocationLists: Object.values(given) }, words, given);
    assert.equal(report.verdict, verdict, name);
  }

  const { proof, policy, options } = cases.find(({ name }) => name === "serving-p256.proof");
  mkdirSync(join(folder, "attachment-1"));
  const more = { kind: "model-card", name: "card", bytes: Buffer.from("a card that nobody measured") };
  const words = ["--attach", "model-card=attachment-1/card"];
  const carried = beside("attachments", proof, policy, options, { attachments: [more] }, words, { "attachment-1/card": more.bytes });
  assert.equal(carried.attachments.filter(({ kind }) => kind === "model-card").length, 1);
  console.log("beside a proof: an authority between, revocation lists that hold and that revoke, an attachment, as the command line");
}

{
  const { proof, policy, options } = cases.find(({ name }) => name === "certified-rsa.proof");
  const { nonce, at } = options;
  const words = (...more) => ["verify", "proof", "--policy", "policy", "--json", ...more];
  const judged = words("--nonce", nonce, "--at", at);
  const wrong = [
    // The policy.
    [() => verify(proof, "", options), judged, { policy: "" }],
    [() => verify(proof, "version = 2", options), judged, { policy: "version = 2" }],
    [() => verify(proof, "version = ", options), judged, { policy: "version = " }],
    // The options.
    [() => verify(proof, policy, { ...options, nonce: "" }), words("--nonce=", "--at", at), { policy }],
    [() => verify(proof, policy, { ...options, nonce: "XY" }), words("--nonce=XY", "--at", at), { policy }],
    [() => verify(proof, policy, { ...options, bank: "md5" }), [...judged, "--bank=md5"], { policy }],
    [() => verify(proof, policy, { ...options, roots: ["x"] }), [...judged, "--root=root-1"], { policy, "root-1": "x" }],
    [() => verify(proof, policy, { ...options, clientData: "{}" }), [...judged, "--client-data=client-data"], { policy, "client-data": "{}" }],
    [() => show(proof, { as: "attest" }), ["show", "file", "--as=attest", "--json"], { file: proof }],
    [() => pin(proof, { nonce, at, pcrs: ["20=log"] }), ["pin", "proof", `--nonce=${nonce}`, `--at=${at}`, "--pcr=20=log"], {}],
  ];
  for (const [call, words, files] of wrong) {
    const ours = attempt(call);
    assert.equal(compare(`${call}`, ours, run(words, { proof, ...files })), false);
    assert(ours.code >= 1);
  }
  // What the command line refuses before anything is read, with a note of how it is used.
  const misuse = [
    [() => verify(proof, policy, { ...options, nonce: undefined }), /^give either --nonce or --insecure-no-freshness$/],
    [() => verify(proof, policy, { ...options, insecureNoFreshness: true }), /^give either --nonce or --insecure-no-freshness$/],
    [() => verify(proof, policy, { ...options, at: "tomorrow" }), /^--at has "tomorrow": not a time/],
    [() => verify(proof, policy, { ...options, as: "nothing" }), /^--as has "nothing", which is not known; known are proof, /],
    [() => pin(proof, { nonce, at, pcrs: ["30=log"] }), /^--pcr has "30=log": /],
    [() => log([]), /^there is no file$/],
  ];
  for (const [call, words] of misuse) {
    const ours = attempt(call);
    assert.equal(ours.code, 2, `${call}`);
    assert.match(ours.notes, words);
  }
  // A file that a policy names and nobody gave.
  const absent = attempt(() => verify(proof, 'version = 1\n[key]\nroot_files = ["absent"]', options));
  assert.deepEqual([absent.code, absent.notes], [3, "cannot read absent: no file of this name was given"]);
  for (const call of [
    () => verify(1, policy, options),
    () => verify(proof, undefined, options),
    () => verify(proof, policy, { ...options, at: new Date() }),
    () => verify(proof, policy, { ...options, files: { proof: "" } }),
  ]) {
    assert.throws(call, TypeError);
  }
  // Evidence that is nothing is rejected like any other, and that is no exception.
  for (const bytes of [new Uint8Array(), "nothing", proof.subarray(0, 700)]) {
    const ours = attempt((notes) => verify(bytes, policy, { ...options, notes }));
    assert(compare("rejected", ours, run(words(`--nonce=${nonce}`, `--at=${at}`), { proof: bytes, policy })));
    assert.equal(JSON.parse(ours.text).verdict, "rejected");
  }
  // Without a time it is JavaScript's: the chains are valid today, and these were not in 2020.
  const today = JSON.parse(verify(proof, policy, { nonce, files: options.files }));
  assert.match(today.key.valid_at, new RegExp(`^${new Date().toISOString().slice(0, 10)}`));
  console.log(`errors: ${wrong.length} in the command line's words, ${misuse.length} of options, 1 of a missing file, 4 of types; 3 rejections of what is no proof; the time is JavaScript's where none is given`);
}

{
  // A trap would be a RuntimeError, which `attempt` throws on.
  let tried = 0;
  const names = ["certified-p384.proof", "boot-grub-sb-ima.proof", "pinned-p256-banks.proof"];
  for (const { proof, policy, options } of cases.filter(({ name }) => names.includes(name))) {
    const pem = proof.toString().split("-----")[2];
    const der = Buffer.from(pem, "base64");
    for (let step = 0; step < 64; step += 1) {
      const at = Math.floor((der.length * step * step) / 4096);
      const changed = Buffer.from(der);
      changed[at] ^= 1 << step % 8;
      for (const bytes of [der.subarray(0, at), changed]) {
        attempt(() => verify(bytes, policy, options));
        attempt(() => show(bytes));
        attempt(() => log(bytes));
        tried += 3;
      }
    }
    for (let end = 0; end < policy.length; end += Math.ceil(policy.length / 64)) {
      attempt(() => verify(der, policy.subarray(0, end), options));
      tried += 1;
    }
  }
  for (const path of ["material/boot-grub-sb/binary_bios_measurements", "material/boot-uki/binary_runtime_measurements"]) {
    const bytes = read(path);
    for (let step = 0; step < 64; step += 1) {
      const changed = Buffer.from(bytes);
      const at = Math.floor((bytes.length * step * step) / 4096);
      changed.fill(0xff, at, at + 4);
      attempt(() => log(bytes.subarray(0, at)));
      attempt(() => log(changed));
      tried += 2;
    }
  }
  const { name, proof, policy, options, expect } = cases[0];
  assert.equal(JSON.parse(verify(proof, policy, options)).verdict, expect, name);
  console.log(`malformed: ${tried} calls with prefixes and changed octets end in an answer or a TpmproofError, and the next is right`);
}

{
  const types = readFileSync(join(root, "web/package/tpmproof.d.ts"), "utf8");
  const members = (name) => {
    const body = types.match(new RegExp(`export interface ${name} \\{\\n([^}]*?)\\n\\}`))?.[1] ?? assert.fail(name);
    return [...body.matchAll(/^  (\w+)\??:/gm)].map(([, member]) => member).sort();
  };
  const schema = JSON.parse(readFileSync(join(root, "src/verify/report.schema.json")));
  const { checks, key, quote, pcrs, facts, bindings, attachments } = schema.properties;
  const objects = {
    Report: schema,
    Check: checks.items,
    Key: key.oneOf[1],
    TpmQuote: quote.oneOf[1],
    NitroTpmDocument: quote.oneOf[2],
    WebAuthnTpm: quote.oneOf[3],
    Pcr: pcrs.items,
    Fact: facts.items,
    Binding: bindings.items,
    Attachment: attachments.items,
  };
  for (const [name, object] of Object.entries(objects)) {
    assert.deepEqual(members(name), Object.keys(object.properties).sort(), name);
  }
  const logs = ["boot-uki", "boot-uki-sb"].map((boot) => read(`material/${boot}/binary_bios_measurements`));
  const listing = JSON.parse(log(logs));
  const structure = JSON.parse(show(cases[0].proof));
  for (const [name, value] of [
    ["LogListing", listing],
    ["LogEvent", listing.events[0]],
    ["Structure", structure],
    ["StructureField", structure.fields[0]],
  ]) {
    assert.deepEqual(members(name), Object.keys(value).sort(), name);
  }
  console.log(`types: ${Object.keys(objects).length} as in report.schema.json, 4 as in what log and show say`);
}
