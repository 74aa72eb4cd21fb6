// The verdicts of samples and dropped files, held against the command line's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drop, verdictOf, verify } from "./chromium.mjs";
import { NONCE, TIME, onPage, read, run, work } from "./checks.mjs";

const ASKED = { nonce: NONCE, at: TIME };

for (const [sample, vector] of [["good", "boot-uki-sb-logs"], ["tampered", "value-bit"], ["expired", "expired-leaf"]]) {
  onPage(`the sample "${sample}" has the verdict of the command line, and so has the command that it shows`, async (page) => {
    await page.click(`[data-sample=${sample}]`);
    const { verdict, failed, reason } = await verdictOf(page);
    const header = Object.fromEntries(read(`${vector}.proof`).toString().split("\n\n", 1)[0].split("\n").map((line) => line.split(": ")));
    const { stdout, status } = run("verify", `${vector}.proof`, "--policy", header.policy, "--nonce", header.nonce, "--at", header.at, "--json");
    const report = JSON.parse(stdout);
    assert.equal(verdict.toLowerCase(), report.verdict);
    assert.equal(verdict.toLowerCase(), header.expect);
    assert.deepEqual(failed, header.layer === "-" ? [] : [header.layer]);
    for (const { outcome, detail } of report.checks) if (outcome === "fail") assert.ok(reason.includes(detail), reason);
    const shown = await page.locator("#command").innerText();
    const words = shown.replaceAll("\\\n", "").split(/\s+/).slice(1).map((word) => (word.endsWith(".toml") ? `policies/${word}` : word));
    assert.equal(run(...words).status, status, shown);
    assert.equal(await page.locator(".not-proved li").count() > 0, true);
    if (sample === "expired") {
      assert.match(await page.locator(".card").first().innerText(), /Expired/);
      await page.locator(".card .digits", { hasText: /^([0-9a-f]{4} ){15}[0-9a-f]{4}$/ }).first().waitFor();
    }
    return `${verdict}${failed.length ? ` by ${failed}` : ""}`;
  });
}

onPage("what is only shown has no verdict", async (page) => {
  await drop(page, { "boot.proof": read("boot-uki-sb-logs.proof"), "root.pem": read("material/swtpm/chain_rsa.root.pem") });
  assert.equal(await page.locator("#verdict").count(), 0);
  const text = await page.locator("#results").innerText();
  assert.doesNotMatch(text, /accepted|rejected/i);
  assert.match(text, /Shown, not verified/);
  assert.equal(await page.locator(".badge.pass", { hasText: "Verified" }).count(), 0);
});

for (const form of ["go-tpm-tools", "keylime"]) {
  onPage(`dropped evidence of another form, ${form}, is verified`, async (page) => {
    const path = join(work, form);
    assert.equal(run("convert", "boot-uki-sb-p256.proof", "--to", form, "-o", path).status, 0);
    await drop(page, { [`machine.${form}`]: readFileSync(path), "policy.toml": read("policies/boot-uki-sb-p256.toml") });
    await verify(page, ASKED);
    const { stdout } = run("verify", path, "--policy", "policies/boot-uki-sb-p256.toml", "--nonce", NONCE, "--at", TIME, "--json");
    const { verdict, failed } = await verdictOf(page);
    const report = JSON.parse(stdout);
    assert.equal(verdict.toLowerCase(), report.verdict);
    assert.deepEqual(failed, report.checks.filter(({ outcome }) => outcome === "fail").map(({ name }) => name));
    return verdict;
  });
}

onPage("a log beside a proof counts, and its events are verified", async (page) => {
  const { stdout } = run("show", "boot-no-log.proof");
  assert.doesNotMatch(stdout, / log = /);
  await drop(page, { "boot.proof": read("boot-no-log.proof"), "firmware.bin": read("material/boot-uki/binary_bios_measurements") });
  const policy = read("policies/boot-uki-logs.toml").toString();
  await verify(page, { policy, ...ASKED });
  assert.equal((await verdictOf(page)).verdict, "Accepted");
  assert.match(await page.locator("#command").innerText(), /--log firmware\.bin/);
  await page.fill("#event-search", "pcr 4 bootx64");
  await page.locator(".search-status", { hasText: /^1 event of/ }).waitFor();
  assert.match(await page.locator(".event").innerText(), /Verified.*Only the digest was measured/s);
  await page.fill("#event-search", "PCR 11");
  await page.locator(".search-status", { hasText: /^8 events of/ }).waitFor();
  assert.deepEqual([...new Set(await page.locator(".event-register").allInnerTexts())], ["PCR 11"]);
});

onPage("a refused event is marked among the events", async (page) => {
  await drop(page, { "boot.proof": read("boot-other-event.proof") });
  await verify(page, { policy: read("policies/boot-other-event.toml").toString(), ...ASKED });
  assert.deepEqual((await verdictOf(page)).failed, ["events"]);
  assert.match(await page.locator(".event", { hasText: "A check that failed names it" }).innerText(), /#31[\s\S]*grub_cmd/);
});

onPage("malformed files are refused in the verifier's words", async (page) => {
  for (const [name, bytes] of [["noise.proof", Buffer.from(Array.from({ length: 400 }, (_, n) => (n * 7919) % 251))], ["cut.proof", read("value-bit.proof").subarray(0, 1500)], ["empty.proof", Buffer.alloc(0)]]) {
    await drop(page, { [name]: bytes });
    await verify(page, { policy: read("policies/pinned-rsassa.toml").toString(), ...ASKED });
    const { verdict, failed, reason } = await verdictOf(page);
    assert.equal(verdict, "Rejected", name);
    assert.deepEqual(failed, ["proof"], name);
    assert.match(reason, /no evidence of a form that is known|is broken|is empty/, name);
    await page.click(`[aria-label="Remove ${name}"]`);
  }
});

onPage("a bad policy and a missing nonce give no verdict", async (page) => {
  await drop(page, { "p.proof": read("value-bit.proof") });
  await verify(page, { ...ASKED, policy: "version = 1\n[key]\nplatfrom = \"azure\"\n" });
  assert.match(await page.locator("#problem").innerText(), /No verdict: .*platfrom/s);
  await verify(page, { policy: read("policies/pinned-rsassa.toml").toString(), nonce: "" });
  assert.match(await page.locator("#problem").innerText(), /nonce/);
  assert.equal(await page.locator("#verdict").count(), 0);
});
