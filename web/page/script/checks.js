// What the checks of a report are called, to which stair they belong, and what it means where one fails. The names are those of the report's
// schema; one that is not here is shown by its name.

/** @typedef {"read" | "key" | "quote" | "state" | "beyond"} Stair */

/** @type {Record<Stair, { title: string, question: string }>} */
export const STAIRS = {
  read: { title: "Reading", question: "Can it be read at all?" },
  key: { title: "The key", question: "Who vouches for the key that signed?" },
  quote: { title: "The quote", question: "Did a TPM sign this, for you?" },
  state: { title: "The state", question: "Is the machine what you expect?" },
  beyond: { title: "Beyond the proof", question: "What else would have to be known?" },
};

/** @type {Record<string, [Stair, string, string]>} the stair, the name, and what a failure means */
const CHECKS = {
  "proof": ["read", "Proof", "This is no whole proof: it was cut or changed, or it is something else."],
  "evidence": ["read", "Evidence", "This cannot be read as evidence: it was cut or changed, or it is something else."],
  "certificate-chain": ["key", "Certificate chain", "No valid chain of certificates leads from the key that signed to a root that you trust. Nobody you trust vouches for it."],
  "revocation": ["key", "Revocation", "An authority has taken back a certificate of the chain, or the list that you require is missing."],
  "identity": ["key", "Identity", "The key that signed is not one that your policy names. It may be a perfectly good TPM, but not the one you asked about."],
  "key-attributes": ["key", "Attributes of the key", "The key is not one that signs only what a TPM made itself: with another, anybody who may use it signs whatever they like."],
  "profile": ["key", "Certificate profile", "The certificate is not one for an attestation key of a TPM."],
  "signature-hash": ["quote", "Hash of the signature", "The signature was made with a hash that your policy does not accept."],
  "signature": ["quote", "Signature", "The signature is not by this key over these bytes: the message, the signature or the key was changed on the way."],
  "quote": ["quote", "Kind of attestation", "The TPM signed this, and it is no quote: it says nothing of the machine's PCRs."],
  "certify": ["quote", "Certified key", "The TPM signed this, and it does not certify the key of this credential."],
  "credential-key": ["quote", "Key of the credential", "The credential has another key than the one that the TPM certified."],
  "freshness": ["quote", "Freshness", "The quote does not answer your nonce: it is an old one, or it was made for somebody else."],
  "selection": ["quote", "Selection", "The PCR values are not those of the registers that the TPM signed."],
  "pcr-digest": ["quote", "PCR digest", "The PCR values in the proof are not those that the TPM signed. They were changed, or they are of another moment."],
  "policy-selection": ["state", "Registers of the policy", "The quote covers other registers than your policy asks for."],
  "logs": ["state", "Event logs", "The events of a log do not lead to the value that the TPM signed, or a log is missing. What the log tells is then worth nothing."],
  "separators": ["state", "Separators", "The firmware did not end its part of the log as it must, so that later events could pass for its own."],
  "empty-banks": ["state", "Empty banks", "The firmware extended this bank with nothing, so that anybody could have filled it afterwards."],
  "ima": ["state", "Runtime list", "The list of files that Linux measured breaks a rule of your policy."],
  "boot-aggregate": ["state", "Boot of the list", "The list of files that Linux measured belongs to another boot than the one that was quoted."],
  "secure-boot": ["state", "Secure Boot", "Secure Boot was off, or on with keys that your policy does not know."],
  "events": ["state", "Events", "Something was measured that your policy does not know. The log is genuine; what it tells of is not what you expect."],
  "event-data": ["state", "Data of events", "An event holds other data than was measured."],
  "unknown-events": ["state", "Unknown events", "Events are tolerated that match no rule."],
  "required-events": ["state", "Required events", "Something that your policy requires was not measured, or was measured more than once."],
  "seal": ["state", "Seals", "A log was not sealed, or something was measured after its seal."],
  "pcr-values": ["state", "PCR values", "A register does not hold a value that your policy accepts: something else was measured there."],
  "boot-anchor": ["state", "Anchored boot", "Nothing says what was booted, so that the registers that software extends prove nothing."],
  "clock": ["state", "Clock", "The TPM's clock is not one that your policy accepts."],
  "firmware-version": ["state", "Firmware version", "The TPM has firmware that your policy does not accept."],
  "reset-count": ["state", "Resets", "The machine was restarted more or less often than your policy says."],
  "restart-count": ["state", "Restarts", "The machine was resumed more or less often than your policy says."],
  "user-present": ["state", "User presence", "Nobody was present when the credential was made."],
  "relying-party": ["state", "Relying party", "The credential was made for another site."],
  "origin": ["state", "Origin", "The credential was made on a page that your policy does not name."],
  "hardware-report": ["beyond", "Hardware report", "The report of the hardware does not belong to this key."],
  "channel": ["beyond", "Channel", "The connection does not lead to the machine of this proof."],
};

/** @param {string} name @returns {Stair} */
export const stairOf = (name) => CHECKS[name]?.[0] ?? "state";

/** @param {string} name */
export const labelOf = (name) => CHECKS[name]?.[1] ?? name;

/** @param {string} name */
export const failureOf = (name) => CHECKS[name]?.[2] ?? "A check failed.";

/** @type {Record<string, string>} */
export const OUTCOME_WORDS = { "pass": "Pass", "fail": "Fail", "not-checked": "Not checked" };

/**
 * How a stair came out: by its worst check, and "unreached" where none was made.
 * @param {{ name: string, outcome: string }[]} checks @param {Stair} stair
 */
export function outcomeOf(checks, stair) {
  const outcomes = checks.filter((check) => stairOf(check.name) === stair).map((check) => check.outcome);
  if (outcomes.length === 0) return "unreached";
  if (outcomes.includes("fail")) return "fail";
  return outcomes.includes("pass") ? "pass" : "not-checked";
}
