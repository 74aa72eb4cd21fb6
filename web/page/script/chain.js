// The key that signed and the certificates that vouch for it, as cards.

import { badge, digits, element, symbol, terms } from "./dom.js";
import { grouped, sha256 } from "./hexadecimal.js";

/** @type {Record<string, string>} why a key is trusted */
const TRUST = {
  "pinned-name": "The policy pins it by its Name",
  "pinned-spki": "The policy pins it by its public key",
  "activated": "It was enrolled by a credential that only its TPM could open",
  "certified": "Certificates vouch for it, up to a root that the policy trusts",
};

/** @type {Record<string, string>} */
const ATTRIBUTES = {
  "authenticated": "signs only what the TPM made itself: part of what is trusted",
  "claimed": "claimed by the proof, vouched for by the authority's own rules only",
  "unknown": "not told",
};

/** @typedef {ReturnType<typeof import("./structures.js").certificatesOf>[number]} Certificate */

/** @param {Certificate} certificate @param {string} at @returns {[string, string, string]} how it stands at a time: a state, words, a symbol */
function validity({ notBefore, notAfter }, at) {
  const [time, from, to] = [at, notBefore, notAfter].map((text) => Date.parse(text));
  if (Number.isNaN(time)) return ["not-checked", "The time is not known", "not-checked"];
  if (time < from) return ["fail", "Not valid yet", "clock"];
  return time > to ? ["fail", "Expired", "clock"] : ["pass", "Within its validity", "clock"];
}

/** @param {Certificate} certificate @param {number} place @param {number} count */
function roleOf({ subject, issuer }, place, count) {
  if (subject === issuer) return "Root";
  if (place === 0 && count > 1) return "Attestation key";
  return place === 0 ? "Certificate" : "Intermediate authority";
}

/** @param {string} spki the algorithm of a public key, in words, by the start of its DER */
function algorithmOf(spki) {
  // All but the modulus of a key with the usual exponent is 38 bytes.
  const bits = (spki.length / 2 - 38) * 8;
  if (spki.includes("2a864886f70d010101")) return bits % 1024 === 0 ? `RSA-${bits}` : "RSA";
  if (!spki.includes("2a8648ce3d0201")) return null;
  if (spki.includes("2a8648ce3d030107")) return "ECC P-256";
  if (spki.includes("2b81040022")) return "ECC P-384";
  return spki.includes("2b81040023") ? "ECC P-521" : "ECC";
}

/** The days between two times, in words. @param {string} from @param {string} to */
function day(from, to) {
  const text = (/** @type {string} */ time) => time.replace("T", " ").replace("Z", " UTC");
  return [element("time", { datetime: from }, text(from)), " to ", element("time", { datetime: to }, text(to))];
}

/** @param {Certificate} certificate @param {number} place @param {number} count @param {string} at */
function certificateCard(certificate, place, count, at) {
  const [state, words, sign] = validity(certificate, at);
  const fingerprint = element("dd", {}, "…");
  const show = (/** @type {string | null} */ found) => fingerprint.replaceChildren(found ? digits(grouped(found)) : "not computed: the browser offers no SHA-256 here");
  if (certificate.der) void sha256(certificate.der).then(show);
  else fingerprint.textContent = "the bytes are not at hand";
  const list = terms([
    ["Issuer", certificate.issuer],
    ["Serial number", digits(grouped(certificate.serial))],
    ["Validity", day(certificate.notBefore, certificate.notAfter)],
    ["Key", algorithmOf(certificate.spki)],
  ]);
  list.append(element("div", {}, element("dt", {}, "SHA-256 fingerprint"), fingerprint));
  return element("li", { class: "card" },
    element("p", { class: "card-role" }, roleOf(certificate, place, count)),
    element("h3", {}, certificate.subject === "(no name)" ? "No subject name" : certificate.subject),
    element("p", {}, badge(state, words, sign)),
    list);
}

/** @param {any} key of a report */
function keyCard(key) {
  return element("li", { class: "card key" },
    element("p", { class: "card-role" }, "The key that signed"),
    element("h3", {}, key.algorithm),
    element("p", {}, badge("pass", TRUST[key.trust] ?? key.trust, "key")),
    terms([
      ["Name", key.name && digits(grouped(key.name))],
      ["Attributes", ATTRIBUTES[key.attributes] ?? key.attributes],
      ["Enrolled at", key.activated_at],
      ["SHA-256 of its public key", key.spki_sha256 && digits(grouped(key.spki_sha256))],
      ["SHA-256 of its root", key.root_sha256 && digits(grouped(key.root_sha256))],
      ["Judged at", key.valid_at],
    ]));
}

/** @type {Record<string, string>} what was signed besides the PCRs, of each kind of evidence */
const SIGNED = {
  "nonce": "Nonce",
  "clock": "Milliseconds that the TPM has run",
  "reset_count": "Times that it was reset",
  "restart_count": "Times that it was resumed",
  "safe": "Its clock never went backwards",
  "firmware_version": "Version of its firmware",
  "qualified_signer": "Qualified name of the key",
  "module_id": "Module",
  "timestamp": "Milliseconds since 1970",
  "user_data": "User data",
  "public_key": "Public key",
  "credential_id": "Credential",
  "rp_id_hash": "SHA-256 of the relying party",
  "aaguid": "Model of the authenticator",
  "user_present": "Somebody was present",
  "user_verified": "Who it was was verified",
  "sign_count": "Signatures so far",
};

/** @param {any} value */
const signedValue = (value) => (typeof value === "string" && /^[0-9a-f]{8,}$/.test(value) ? digits(grouped(value)) : typeof value === "boolean" ? (value ? "yes" : "no") : String(value));

/** @param {any} quote of a report */
function quoteCard(quote) {
  const rows = Object.entries(SIGNED).filter(([name]) => quote[name] !== undefined && quote[name] !== null && quote[name] !== "");
  return element("li", { class: "card key" },
    element("p", { class: "card-role" }, "What it signed"),
    element("h3", {}, quote.kind === "tpm-quote" ? "A quote" : quote.kind === "nitrotpm-document" ? "A document of NitroTPM" : "A WebAuthn credential"),
    element("p", {}, quote.fresh ? badge("pass", "Made for your nonce") : badge("not-checked", "Of any time")),
    terms(rows.map(([name, words]) => [words, signedValue(quote[name])])));
}

/**
 * @param {any} report the verified one, or null @param {Certificate[]} certificates of the evidence @param {Certificate[]} others of files beside it @param {string} at
 */
export function chain(report, certificates, others, at) {
  const verified = report?.checks.some((/** @type {any} */ check) => check.name === "certificate-chain" && check.outcome === "pass");
  const cards = certificates.map((certificate, place) => certificateCard(certificate, place, certificates.length, at));
  const known = (/** @type {Certificate} */ one) => certificates.some(({ serial, spki, der }) => one.serial === serial && one.spki === spki && one.der?.length === der?.length);
  const beside = others.filter((one) => !known(one)).map((certificate) => certificateCard(certificate, 0, 1, at));
  const note = verified
    ? "Each certificate was verified with the key of the next."
    : "As the file has them: nobody has verified that one vouches for the other.";
  return [
    report?.key && element("ol", { class: "cards signers" }, keyCard(report.key), report.quote && quoteCard(report.quote)),
    cards.length + beside.length > 0 && element("p", { class: "lead" }, symbol(verified ? "pass" : "not-checked"), ` ${note} Validity is told for ${at.replace("T", " ").replace("Z", " UTC")}.`),
    cards.length > 0 && element("ol", { class: "cards chain" }, cards),
    beside.length > 0 && element("ul", { class: "cards", "aria-label": "Certificates in other files" }, beside),
  ].filter(Boolean);
}
