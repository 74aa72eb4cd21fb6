// In Node the module is there when the import is: nothing waits.

import { readFileSync } from "node:fs";
import { initSync } from "./tpmproof.js";

const module = readFileSync(new URL("./bindings/tpmproof_bg.wasm", import.meta.url));
const instance = initSync({ module });

export * from "./tpmproof.js";
/** So that a program for both is written once: here everything is ready. */
export default async function init() {
  return instance;
}
