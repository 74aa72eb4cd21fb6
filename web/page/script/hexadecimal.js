// Octets, hexadecimal digits, base64 and PEM.

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** @param {string} text */
export function fromBase64(text) {
  return Uint8Array.from(atob(text.replace(/\s+/g, "")), (character) => character.charCodeAt(0));
}

/** The text of a file, or null where it is none. @param {Uint8Array} bytes */
export function textOf(bytes) {
  if (bytes.subarray(0, 4096).includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The blocks of a PEM file, decoded; nothing where it is none. @param {Uint8Array} bytes @returns {{ label: string, bytes: Uint8Array }[]} */
export function pemBlocks(bytes) {
  const text = textOf(bytes);
  if (!text?.includes("-----BEGIN ")) return [];
  const blocks = [];
  for (const [, label, body] of text.matchAll(/-----BEGIN ([^-]+)-----([^-]*)-----END \1-----/g)) {
    try {
      blocks.push({ label, bytes: fromBase64(body) });
    } catch {
      // Broken base64: whoever verifies it says so.
    }
  }
  return blocks;
}

/** The SHA-256 of octets in digits; null where the browser offers none, which it does not on a page out of plain HTTP. @param {Uint8Array} bytes */
export async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))));
}

/** Digits in groups, as fingerprints are read aloud. @param {string} digits */
export function grouped(digits) {
  return digits.replace(/(.{4})(?=.)/g, "$1 ");
}
