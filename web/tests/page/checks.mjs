// The checks, and what all of them use.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch, open } from "./chromium.mjs";

const web = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const program = resolve(process.argv[2]);
const vectors = join(web, "../testvectors");
export const file = join(web, "page/dist/index.html");
export const address = pathToFileURL(file).href;
export const shots = join(web, "page/dist/screenshots");
mkdirSync(shots, { recursive: true });
export const work = mkdtempSync(join(tmpdir(), "tpmproof-page-"));
process.on("exit", () => rmSync(work, { recursive: true }));

/** The nonce and time of the vectors of booted machines. */
export const NONCE = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
export const TIME = "2027-01-01T00:00:00Z";

/** @param {string} path in testvectors/ */
export const read = (path) => readFileSync(join(vectors, path));
/** The command line, in testvectors/. @param {...string} words */
export const run = (...words) => spawnSync(program, words, { cwd: vectors, encoding: "utf8" });

export const browser = await launch();
const checks = [];

/** @param {string} name @param {() => Promise<string | void>} body */
export const check = (name, body) => checks.push({ name, body });

/** A check on a page of its own, which must not complain of anything. */
export const onPage = (name, body, options) => check(name, async () => {
  const opened = await open(browser, address, options);
  try {
    const said = await body(opened.page, opened);
    assert.deepEqual(opened.faults, []);
    return said;
  } finally {
    await opened.context.close();
  }
});

/** Prints a line for each; the number that failed. */
export async function runAll() {
  const began = performance.now();
  let failures = 0;
  for (const { name, body } of checks) {
    try {
      const said = await body();
      console.log(`pass  ${name}${said ? `: ${said}` : ""}`);
    } catch (error) {
      failures += 1;
      console.log(`FAIL  ${name}: ${error.message}`);
    }
  }
  await browser.close();
  console.log(`web/tests/browser: ${checks.length - failures} of ${checks.length} checks passed in ${((performance.now() - began) / 1000).toFixed(1)} s; screenshots lie in ${shots}`);
  return failures;
}
