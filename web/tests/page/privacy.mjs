// Nothing leaves the page, and nothing out of evidence becomes markup.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { drop, open, verdictOf, verify } from "./chromium.mjs";
import { address, browser, check, file, onPage, read } from "./checks.mjs";

onPage("text out of evidence stays text", async (page) => {
  const name = "<img src=x onerror=document.title=1>.proof";
  await drop(page, { [name]: read("value-bit.proof") });
  await verify(page, { nonce: "00", policy: "version = 1 # <script>document.title=2</script>" });
  await page.locator("#problem:not(:empty)").waitFor();
  assert.equal(await page.locator("main img, main script").count(), 0);
  assert.match(await page.title(), /^tpmproof/);
  assert.ok((await page.locator("#given").innerText()).includes(name));
});

/** A server that writes down what is asked of it, and answers with the page. */
async function listen() {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.setHeader("content-type", "text/html");
    response.end(readFileSync(file));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { asked, server, host: `127.0.0.1:${server.address().port}` };
}

onPage("without a network every sample has its verdict, and nothing is asked for", async (page, { context, requests }) => {
  await context.setOffline(true);
  for (const sample of ["good", "tampered", "expired"]) {
    await page.click(`[data-sample=${sample}]`);
    await verdictOf(page);
  }
  assert.deepEqual(requests.filter((url) => !/^(data|blob):/.test(url)), [address]);
});

check("from a server, the page alone is asked for", async () => {
  const { asked, server, host } = await listen();
  const { page, context, faults } = await open(browser, `http://${host}/`);
  await page.click("[data-sample=good]");
  await verdictOf(page);
  await context.close();
  server.close();
  assert.deepEqual(asked, ["/"]);
  assert.deepEqual(faults, []);
});

check("what tries to leave the page, or to run in it, is refused", async () => {
  const { asked, server, host } = await listen();
  const { page, context } = await open(browser, address);
  const { passed, violations } = await page.evaluate(async (host) => {
    const violations = new Set();
    addEventListener("securitypolicyviolation", ({ effectiveDirective }) => violations.add(effectiveDirective));
    const event = (target, good, bad) => new Promise((resolve, reject) => { target[good] = resolve; target[bad] = reject; });
    const tries = {
      fetch: () => fetch(`http://${host}/fetch`),
      beacon: () => { navigator.sendBeacon(`http://${host}/beacon`, "x"); throw new Error("the server says whether it arrived"); },
      socket: () => event(new WebSocket(`ws://${host}/socket`), "onopen", "onerror"),
      events: () => event(new EventSource(`http://${host}/events`), "onopen", "onerror"),
      image: () => event(Object.assign(new Image(), { src: `http://${host}/image` }), "onload", "onerror"),
      style: () => event(document.head.appendChild(Object.assign(document.createElement("link"), { rel: "stylesheet", href: `http://${host}/style` })), "onload", "onerror"),
      frame: () => { document.body.append(Object.assign(document.createElement("iframe"), { src: `http://${host}/frame` })); throw new Error("the server says whether it arrived"); },
      form: () => { document.body.appendChild(Object.assign(document.createElement("form"), { action: `http://${host}/form` })).submit(); throw new Error("the server says whether it arrived"); },
      markup: () => { document.body.innerHTML = "<b>x</b>"; },
      evaluation: () => (0, eval)("1"),
      script: () => { document.body.append(Object.assign(document.createElement("script"), { text: "1" })); },
    };
    const passed = [];
    for (const [name, attempt] of Object.entries(tries)) await Promise.resolve().then(attempt).then(() => passed.push(name), () => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { passed, violations: [...violations].sort() };
  }, host);
  assert.equal(page.url(), address);
  await context.close();
  server.close();
  assert.deepEqual(passed, []);
  assert.deepEqual(asked, []);
  for (const directive of ["connect-src", "img-src", "style-src-elem", "frame-src", "form-action", "require-trusted-types-for"]) assert.ok(violations.includes(directive), `${directive} is not among ${violations}`);
  return violations.join(", ");
});
