// What hands do: keys, the pointer, a policy that is pinned, a log that is large.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bigLog } from "./big_log.mjs";
import { drop, tabTo, verdictOf, verify } from "./chromium.mjs";
import { NONCE, TIME, onPage, read, run, work } from "./checks.mjs";

onPage("a whole verification by the keyboard alone", async (page) => {
  const choosing = page.waitForEvent("filechooser");
  await tabTo(page, "#files");
  await page.keyboard.press("Enter");
  await (await choosing).setFiles([{ name: "boot.proof", mimeType: "", buffer: read("boot-uki-sb-logs.proof") }]);
  await page.locator("#given strong", { hasText: "boot.proof" }).waitFor();
  await tabTo(page, "#policy");
  await page.keyboard.insertText(read("policies/boot-uki-sb-logs.toml").toString());
  await tabTo(page, "#nonce");
  await page.keyboard.type(NONCE);
  await tabTo(page, "#at");
  await page.keyboard.type(TIME);
  await tabTo(page, "#verify");
  await page.keyboard.press("Enter");
  assert.equal((await verdictOf(page)).verdict, "Accepted");
  assert.equal(await page.evaluate(() => document.activeElement.id), "verdict-title");
  await tabTo(page, "#event-search");
  await page.keyboard.type("secure-boot on");
  await tabTo(page, "summary");
  await tabTo(page, "#pin-pcrs");
  await page.keyboard.type("4 7");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(".pinned textarea").waitFor();
  assert.match(await page.locator(".pinned textarea").inputValue(), /version = 1[\s\S]*"log"/);
  await tabTo(page, ".fields");
  for (let n = 0; n < 6; n += 1) await page.keyboard.press("ArrowDown");
  assert.match(await page.locator(".about").innerText(), /clock_info › clock/);
  assert.equal(await page.locator(".octet.selected").count(), 8);
  await tabTo(page, ".octets");
  await page.keyboard.press("ArrowLeft");
  assert.match(await page.locator(".about").innerText(), /extra_data/);
  assert.equal(await page.locator(".field.selected").innerText().then((text) => text.includes("extra_data")), true);
});

onPage("the field under the pointer is highlighted, and the byte's field", async (page) => {
  await page.click("[data-sample=good]");
  await page.locator(".octet[data-offset='94']").hover();
  assert.match(await page.locator(".field.hovered").innerText(), /reset_count/);
  assert.equal(await page.locator(".octet.hovered").count(), 4);
  await page.locator(".field", { hasText: "qualified_signer" }).hover();
  assert.equal(await page.locator(".octet.hovered").count(), 36);
});

onPage("a pinned policy accepts the machine that it was made of", async (page) => {
  await page.click("[data-sample=good]");
  await page.getByRole("button", { name: "Make the policy" }).click();
  await page.getByRole("button", { name: "Use it here" }).click();
  assert.equal(await page.locator("#verdict").count(), 0, "another policy, and still a verdict");
  await page.click("#verify");
  assert.equal((await verdictOf(page)).verdict, "Accepted");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Make the policy" }).click();
  await page.getByRole("button", { name: "Save policy.toml" }).click();
  assert.match(readFileSync(await (await download).path(), "utf8"), /^version = 1/m);
});

onPage("a proof that is pasted and a compiled policy that is dropped are verified", async (page) => {
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, read("boot-uki-sb-logs.proof").toString());
  const path = join(work, "policy.der");
  assert.equal(run("policy", "compile", "policies/boot-uki-sb-logs.toml", "-o", path).status, 0);
  await drop(page, { "policy.der": readFileSync(path) });
  assert.match(await page.locator("#given").innerText(), /policy\.der\s+compiled policy/);
  await verify(page, { nonce: NONCE, at: TIME });
  assert.equal((await verdictOf(page)).verdict, "Accepted");
  assert.match(await page.locator("#command").innerText(), /verify pasted \\\s+--policy policy\.der/);
});

onPage("the theme is chosen, and without files the page is as it was", async (page) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const system = await ground();
  await page.click("#theme");
  await page.click("#theme");
  assert.match(await page.locator("#theme").innerText(), /dark/);
  assert.notEqual(await ground(), system);
  await page.click("[data-sample=good]");
  await page.getByLabel("Remove boot-uki-sb-logs.proof").click();
  await page.locator("#welcome-title").waitFor();
  assert.equal(await page.locator("#verdict").count(), 0);
});

onPage("a log of 20,000 events stays quick", async (page) => {
  const bytes = bigLog(20_000);
  const began = performance.now();
  await drop(page, { "big.log": bytes });
  await page.locator(".search-status", { hasText: "20,001 events in all" }).waitFor();
  const shown = performance.now() - began;
  const searching = performance.now();
  await page.fill("#event-search", "number-19999");
  await page.locator(".search-status", { hasText: "1 event of" }).waitFor();
  const found = performance.now() - searching;
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  assert.ok(shown < 8000 && found < 1500 && nodes < 8000, `shown in ${shown} ms, found in ${found} ms, ${nodes} elements`);
  return `${(bytes.length / 1e6).toFixed(1)} MB shown in ${Math.round(shown)} ms, an event found in ${Math.round(found)} ms, ${nodes} elements`;
});
