#!/usr/bin/env node
// Makes the page: one file with everything in it, which needs no server and no network. It expects the package in web/dist (web/build makes it).

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundle } from "./bundle.mjs";
import { samples } from "./samples.mjs";

const page = dirname(fileURLToPath(import.meta.url));
const web = dirname(page);
const dist = join(web, "dist");

const script = `${bundle(join(page, "script/app.js"), { "tpmproof": join(dist, "tpmproof.js") })}\n`;
const style = readdirSync(join(page, "style")).sort().map((name) => readFileSync(join(page, "style", name), "utf8")).join("\n");
for (const [what, text] of Object.entries({ script, style })) {
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`the ${what} would end its own element`);
}

const hash = (/** @type {string} */ text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  `style-src ${hash(style)}`,
  "img-src data:",
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
  // No text ever becomes markup or script: the browser refuses it.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const parts = {
  "policy": `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
  "style": `<style>${style}</style>`,
  "module": gzipSync(readFileSync(join(dist, "bindings/tpmproof_bg.wasm")), { level: 9 }).toString("base64"),
  "samples": JSON.stringify(samples(join(dirname(web), "testvectors"))).replaceAll("<", "\\u003c"),
  "script": `<script type="module">${script}</script>`,
};
let html = readFileSync(join(page, "page.html"), "utf8");
for (const [name, text] of Object.entries(parts)) {
  const place = `<!-- ${name} -->`;
  if (html.split(place).length !== 2) throw new Error(`page.html must have ${place} once`);
  html = html.replace(place, () => text);
}

const out = join(page, "dist", "index.html");
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, html);
console.log(`web/page: ${out} of ${html.length.toLocaleString("en")} bytes`);
