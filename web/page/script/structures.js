// What `show` tells of a file, with the bytes that its offsets are of: a file in PEM holds them encoded, and a foreign document not at all.

import { pemBlocks } from "./hexadecimal.js";

/**
 * @typedef {{ name: string, depth: number, offset: number, length: number, value: string | null }} Field
 * @typedef {{ label: string, bytes: Uint8Array | null, fields: Field[] }} Structure
 * @typedef {{ type: string, fields: Field[] }} Shown
 */

/**
 * One structure, or one for each certificate of a PEM file. Of a document that was converted the bytes are not at hand, and none are given.
 * @param {string} name @param {Uint8Array} bytes @param {Shown} shown @returns {Structure[]}
 */
export function structuresOf(name, bytes, shown) {
  const blocks = pemBlocks(bytes);
  if (shown.type === "Certificate" && blocks.length > 0) {
    const certificates = blocks.filter((block) => block.label === "CERTIFICATE");
    return partsOf(shown.fields).map((fields, place) => ({
      label: certificates.length > 1 ? `${name}, certificate ${place + 1}` : name,
      bytes: matching(certificates[place]?.bytes, fields),
      fields,
    }));
  }
  return [{ label: name, bytes: matching(blocks[0]?.bytes ?? bytes, shown.fields), fields: shown.fields }];
}

/** @param {Field[]} fields those of several certificates, one behind the other */
function partsOf(fields) {
  /** @type {Field[][]} */
  const parts = [];
  for (const field of fields) {
    if (field.depth === 0) parts.push([]);
    parts.at(-1)?.push(field);
  }
  return parts;
}

/** The bytes, if the fields lie in them: every digest and the like must stand where its field does. @param {Uint8Array | undefined} bytes @param {Field[]} fields */
function matching(bytes, fields) {
  if (!bytes) return null;
  const fits = fields.every(({ offset, length, value }) => {
    if (offset + length > bytes.length) return false;
    if (!value || length < 16 || value.length !== 2 * length || !/^[0-9a-f]+$/.test(value)) return true;
    return [0, length - 1].every((place) => Number.parseInt(value.slice(2 * place, 2 * place + 2), 16) === bytes[offset + place]);
  });
  return fits ? bytes : null;
}

/** The fields below one, which stands at `place`. @param {Field[]} fields @param {number} place */
export function childrenOf(fields, place) {
  const end = fields.findIndex((field, other) => other > place && field.depth <= fields[place].depth);
  return fields.slice(place + 1, end === -1 ? undefined : end);
}

/**
 * The logs that a proof encloses.
 * @param {Structure} structure @returns {{ name: string, bytes: Uint8Array }[]}
 */
export function enclosedLogs({ bytes, fields }) {
  if (!bytes) return [];
  return fields
    .filter((field) => field.name === "log" && field.depth === 0)
    .map(({ offset, length, value }) => ({ name: /^"([^"]*)"/.exec(value ?? "")?.[1] ?? "", bytes: bytes.subarray(offset, offset + length) }));
}

/**
 * The certificates of a structure, in their order.
 * @param {Structure} structure
 */
export function certificatesOf({ bytes, fields }) {
  return fields.flatMap((field, place) => {
    const validity = /^valid from (\S+) to (\S+)$/.exec(field.value ?? "");
    if (!validity) return [];
    const inner = new Map(childrenOf(fields, place).map(({ name, value }) => [name, value ?? ""]));
    return [{
      subject: inner.get("subject") ?? "",
      issuer: inner.get("issuer") ?? "",
      serial: inner.get("serialNumber") ?? "",
      spki: inner.get("subjectPublicKeyInfo") ?? "",
      notBefore: validity[1],
      notAfter: validity[2],
      der: bytes?.subarray(field.offset, field.offset + field.length) ?? null,
    }];
  });
}

/** The PCR values that a proof claims; nobody has looked at them. @param {Field[]} fields */
export function claimedPcrs(fields) {
  return fields.flatMap(({ name, value }) => {
    const place = /^pcrValues TPM_ALG_([A-Z0-9_]+):(\d+)$/.exec(name);
    const document = /^nitrotpm_pcrs (\d+)$/.exec(name);
    if (place) return [{ bank: place[1].toLowerCase(), index: Number(place[2]), value: value ?? "", state: "claimed" }];
    return document ? [{ bank: "sha384", index: Number(document[1]), value: value ?? "", state: "claimed" }] : [];
  });
}

/**
 * The events of the logs as `show` lists them, for logs whose bytes are not at hand. They say less than `log` does.
 * @param {Field[]} fields @returns {import("./timeline.js").LogEvent[]}
 */
export function listedEvents(fields) {
  let log = -1;
  return fields.flatMap((field, place) => {
    const index = /^event (\d+)$/.exec(field.name)?.[1];
    const told = /^(.+) of register (\d+)$/.exec(field.value ?? "");
    if (field.name === "log") log += 1;
    if (!index || !told) return [];
    /** @type {Record<string, string>} */
    const digests = {};
    let description = "";
    for (const { name, value } of childrenOf(fields, place)) {
      if (name === "event") description = value ?? "";
      else digests[name.replace("TPM_ALG_", "").toLowerCase()] = value ?? "";
    }
    return [{ index: Number(index), log: Math.max(0, log), pcr: Number(told[2]), type: told[1], digests, description }];
  });
}
