// A real Chromium with the page in it, and what a person would do there.

import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Debian's. */
export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS });

/**
 * Opens the page and waits for the verifier. `faults` has what the console and scripts complain of, and `requests` every address that was asked for.
 * @param {import("playwright-core").Browser} browser @param {string} address @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  const faults = [];
  const requests = [];
  context.on("request", (request) => requests.push(request.url()));
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) faults.push(message.text()); });
  page.on("pageerror", (error) => faults.push(error.stack ?? error.message));
  await page.goto(address);
  await page.locator("#verify:enabled").waitFor();
  return { context, page, faults, requests };
}

/** Drops files anywhere on the page, as a hand would. @param {import("playwright-core").Page} page @param {Record<string, Buffer>} files by name */
export async function drop(page, files) {
  const list = Object.entries(files).map(([name, bytes]) => ({ name, base64: bytes.toString("base64") }));
  await page.evaluate((list) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of list) transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, list);
  for (const { name } of list) await page.waitForFunction((name) => document.getElementById("announcement").textContent.includes(name), name);
}

/** Presses Tab until an element has the focus. @param {import("playwright-core").Page} page @param {string} selector */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 120; presses += 1) {
    if (await page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, selector)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`120 presses of Tab do not lead to ${selector}`);
}

/** Fills the form and verifies; what is not given stays as it is. @param {import("playwright-core").Page} page @param {{ policy?: string, nonce?: string, at?: string }} asked */
export async function verify(page, asked) {
  for (const [name, text] of Object.entries(asked)) await page.fill(`#${name}`, text);
  await page.click("#verify");
}

/** The verdict and the checks that failed. @param {import("playwright-core").Page} page */
export async function verdictOf(page) {
  await page.locator("#verdict-title").waitFor();
  return {
    verdict: await page.locator("#verdict-title").innerText(),
    failed: await page.locator(".checks tr:has(.badge.fail) th code").allInnerTexts(),
    reason: await page.locator(".verdict").innerText(),
  };
}

/** What stands on its ground with too little contrast (WCAG 2.2, 1.4.3). @param {import("playwright-core").Page} page @param {string[]} selectors */
export const lowContrast = (page, selectors) => page.evaluate((selectors) => {
  const parse = (color) => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color) => {
    const [r, g, b] = color.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const bad = [];
  for (const selector of selectors) {
    const element = document.querySelector(selector);
    if (!element) { bad.push(`${selector} is not there`); continue; }
    const [one, other] = [parse(getComputedStyle(element).color), ground(element)].map(luminance).sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) bad.push(`${selector} ${ratio.toFixed(2)}`);
  }
  return bad;
}, selectors);
