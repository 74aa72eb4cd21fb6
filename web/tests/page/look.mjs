// How it looks, in light and dark, on wide and narrow screens; and the screenshots, for people.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { lowContrast } from "./chromium.mjs";
import { onPage, shots } from "./checks.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const TEXTS = ["h1", ".intro p", ".hint", "label", ".promise summary", "#theme", "#verify", "#contents a", "#verdict-title", ".verdict-subject", ".stair-question", ".not-proved li",
  ".badge.pass", ".badge.not-checked", "caption", ".checks .why", ".checks th code", ".pcr-bank", ".digits", ".event-meaning", ".event-foot", ".badge.said", ".count", ".field-value", ".octet.selected", ".offset", "footer p", "pre"];
const FAILED_TEXTS = [".badge.fail", ".badge.unreached", ".reason .detail", ".card .terms dt", "#verdict-title"];

for (const colorScheme of ["light", "dark"]) {
  onPage(`text and badges have contrast, ${colorScheme}`, async (page) => {
    await page.click("[data-sample=good]");
    assert.deepEqual(await lowContrast(page, TEXTS), []);
    await page.click("[data-sample=expired]");
    assert.deepEqual(await lowContrast(page, FAILED_TEXTS), []);
    return `${TEXTS.length + FAILED_TEXTS.length} kinds of text`;
  }, { colorScheme });

  for (const [name, width] of [["wide", 1280], ["narrow", 360], ["narrowest", 320]]) {
    // What axe looks at is much alike on all of them.
    const audited = width === 1280 || (width === 360 && colorScheme === "light");
    onPage(`${name}, ${colorScheme}: nothing scrolls sideways${audited ? ", and axe finds nothing" : ""}`, async (page) => {
      const found = [];
      for (const what of ["start", "good", "tampered", "expired"]) {
        if (what !== "start") {
          await page.click(`[data-sample=${what}]`);
          await page.locator("#verdict-title").waitFor();
        }
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} is wider than ${width}`);
        // Of much, the whole page in one look of each width.
        const whole = (what === "good" || what === "expired") && (width === 1280) === (colorScheme === "light");
        if (width > 320) await page.screenshot({ path: join(shots, `${what}-${name}-${colorScheme}.png`), fullPage: whole });
        if (!audited || what === "start" || what === "tampered") continue;
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        found.push(...violations.map(({ id, nodes }) => `${what}: ${id} ${nodes.slice(0, 3).map(({ target }) => target).join(" ")}`));
      }
      assert.deepEqual(found, []);
    }, { colorScheme, viewport: { width, height: 900 }, isMobile: width < 500, hasTouch: width < 500 });
  }
}
