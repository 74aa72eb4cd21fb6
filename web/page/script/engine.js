// The verifier: the WebAssembly module that stands in this page.

import init, * as tpmproof from "tpmproof";
import { fromBase64 } from "./hexadecimal.js";

/**
 * @typedef {{ nonce?: string, insecureNoFreshness?: boolean, at?: string, logs?: Uint8Array[], roots?: Uint8Array[], intermediates?: Uint8Array[],
 *   revocationLists?: Uint8Array[], attachments?: { kind: string, bytes: Uint8Array }[], clientData?: Uint8Array, files?: Record<string, Uint8Array>, pcrs?: string[], notes?: (said: string) => void }} Options
 * @typedef {{ version(): string, show(bytes: Uint8Array): string, log(logs: Uint8Array[]): string,
 *   verify(evidence: Uint8Array, policy: string | Uint8Array, options: Options): string, pin(evidence: Uint8Array, options: Options): string }} Engine
 */

/** @returns {Promise<Engine>} */
export async function start() {
  const packed = fromBase64(document.getElementById("module")?.textContent ?? "");
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  await init({ module_or_path: await new Response(stream).arrayBuffer() });
  return tpmproof;
}
