// Types of the package tpmproof.

/** A file: its bytes, or text in UTF-8. */
export type Bytes = Uint8Array | ArrayBuffer | string;

/** What a quote must answer: one of the two must be given. */
export interface Freshness {
  /** The verifier's nonce, in lower-case hexadecimal digits. */
  nonce?: string;
  /** Go without: a copy of an old quote passes as well as a new one. */
  insecureNoFreshness?: boolean;
}

/** A log, or a log and whose it is (`firmware`, `application`, `ima`, …), where it does not say that itself. */
export type Log = Bytes | { name: string; bytes: Bytes };

/** An attachment that the proof lacks, such as an `hcl-report`. */
export interface AttachmentFile {
  kind: string;
  name?: string;
  bytes: Bytes;
}

/** What belongs to every judgement of a proof. */
export interface EvidenceOptions extends Freshness {
  /** The form of the evidence, where its bytes do not tell it: `proof`, `go-tpm-tools`, `keylime`, … */
  as?: string;
  /** The bank whose quote is taken, where the evidence has several, such as `sha256`. */
  bank?: string;
  /** Judge certificates at this time (RFC 3339, such as `2027-01-01T00:00:00Z`); by default now, by JavaScript's clock. */
  at?: string;
  /** Logs that the proof lacks. */
  logs?: Iterable<Log>;
  /** Root certificates (PEM or DER) to trust instead of the policy's. */
  roots?: Iterable<Bytes>;
  /** Revocation lists (PEM or DER) of authorities of the chain. */
  revocationLists?: Iterable<Bytes>;
  /** Attachments that the proof lacks. */
  attachments?: Iterable<AttachmentFile>;
  /** Told what the command line would say beside its result, such as warnings. */
  notes?: (text: string) => void;
}

export interface VerifyOptions extends EvidenceOptions {
  /** Certificates (PEM or DER) between the key's and the root that the proof lacks. */
  intermediates?: Iterable<Bytes>;
  /** The files that the policy names, by the names that it has for them. */
  files?: Record<string, Bytes>;
  /** The client data of a WebAuthn statement: the JSON that the browser made. */
  clientData?: Bytes;
  /** `false`: text for people instead of JSON. */
  json?: boolean;
}

export interface PinOptions extends EvidenceOptions {
  /** How PCRs are held, such as `13=log` or `10=golden`. */
  pcrs?: Iterable<string>;
}

export interface LogOptions {
  /** `false`: text for people instead of JSON. */
  json?: boolean;
  /** Told what the command line would say beside its result. */
  notes?: (text: string) => void;
}

export interface ShowOptions extends LogOptions {
  /** What the bytes are, where they do not tell it: `attest`, `public`, `log`, … */
  as?: string;
}

/**
 * Judges a proof, or other evidence, by a policy in TOML or JSON or a compiled one. The result is that of `tpmproof verify --json`, byte for
 * byte: text of a {@link Report}, whether it accepts or rejects.
 *
 * @throws TpmproofError if the policy or an option makes no sense.
 */
export function verify(proof: Bytes, policy: Bytes, options: VerifyOptions): string;

/**
 * Makes a policy, in TOML, of the proof of a machine that is known to be good: the result of `tpmproof pin`.
 *
 * @throws TpmproofError if the proof is rejected, or an option makes no sense.
 */
export function pin(proof: Bytes, options: PinOptions): string;

/**
 * Shows any structure, certificate, log or evidence, field by field; nothing of it is verified. The result of `tpmproof show --json`: text of
 * a {@link Structure}.
 *
 * @throws TpmproofError if the bytes are nothing that is known.
 */
export function show(bytes: Bytes, options?: ShowOptions): string;

/**
 * Lists the events of a log, or of several of one machine in their order, and the PCRs that they lead to; nothing of it is verified. The result
 * of `tpmproof log --json`: text of a {@link LogListing}, or of {@link ReferenceValues} for a `.pcrlock` file.
 *
 * @throws TpmproofError if the bytes are no log.
 */
export function log(logs: Bytes | Bytes[], options?: LogOptions): string;

/** The roots of platforms and of makers of TPMs that are known: the result of `tpmproof roots`. */
export function roots(): string;

/** The version of tpmproof. */
export function version(): string;

/** A command that came to no verdict. */
export class TpmproofError extends Error {
  /** The command line's exit code: 1 evidence that cannot be read, 2 misuse or a bad policy, 3 a file that was not given. */
  readonly code: number;
}

/** In browsers, wait for this once, before anything else. In Node it is there for programs that run in both, and does nothing. */
export default function init(module?: unknown): Promise<unknown>;

/** The same at once, with the bytes of `bindings/tpmproof_bg.wasm`: for a page that carries them in itself. */
export function initSync(module: { module: BufferSource | WebAssembly.Module }): unknown;

/** Lower-case hexadecimal digits, two a byte. */
export type Hex = string;

/** What `verify` says: `report.schema.json` of tpmproof. */
export interface Report {
  schema: 1;
  verdict: "accepted" | "rejected";
  checks: Check[];
  channel: "none" | "key-bound" | "exporter-bound";
  key: Key | null;
  quote: TpmQuote | NitroTpmDocument | WebAuthnTpm | null;
  pcrs: Pcr[];
  facts: Fact[];
  bindings: Binding[];
  attachments: Attachment[];
}

export interface Check {
  name: string;
  outcome: "pass" | "fail" | "not-checked";
  detail: string;
}

export interface Key {
  algorithm: string;
  name: Hex | null;
  attributes: "authenticated" | "claimed" | "unknown";
  trust: "pinned-name" | "pinned-spki" | "activated" | "certified";
  ek_spki_sha256?: Hex;
  ek_root_sha256?: Hex | null;
  activated_at?: string;
  spki_sha256?: Hex;
  root_sha256?: Hex;
  chain?: string[];
  valid_at?: string;
}

export interface TpmQuote {
  kind: "tpm-quote";
  nonce: Hex;
  fresh: boolean;
  pcr_digest: Hex;
  qualified_signer: Hex;
  clock: number;
  reset_count: number;
  restart_count: number;
  safe: boolean;
  firmware_version: string;
}

export interface NitroTpmDocument {
  kind: "nitrotpm-document";
  nonce: Hex | null;
  fresh: boolean;
  user_data: Hex | null;
  public_key: Hex | null;
  module_id: string;
  timestamp: number;
}

export interface WebAuthnTpm {
  kind: "webauthn-tpm";
  fresh: boolean;
  credential_id: Hex;
  name: Hex | null;
  rp_id_hash: Hex;
  aaguid: Hex;
  user_present: boolean;
  user_verified: boolean;
  sign_count: number;
  firmware_version: string;
}

export interface Pcr {
  bank: string;
  index: number;
  value: Hex;
  state: "golden" | "zero" | "explained" | "unexplained" | "absent-from-log" | "not-judged";
}

export interface Fact {
  kind: string;
  pcr: number;
  event: number;
  measured: boolean;
  digest: Hex;
  text: string;
}

export interface Binding {
  kind: string;
  name: string;
  pcr: number;
  log: string;
  event: number;
  measured_kind: string;
  measured_name: string;
  digest: Hex;
}

export interface Attachment {
  kind: string;
  name: string;
  bound: false;
}

/** What `log` says. */
export interface LogListing {
  schema: 1;
  format: "crypto-agile" | "sha1" | "ccel" | "ima" | "cel" | "mixed";
  events: LogEvent[];
  /** By bank, by PCR (of a CCEL by register). */
  replayed: Record<string, Record<string, Hex>>;
  facts: Fact[];
  padding: number;
}

export interface LogEvent {
  /** Which log, where several were given. */
  log?: number;
  index: number;
  pcr: number;
  type: string;
  digests: Record<string, Hex>;
  description: string;
}

/** What `log` says of reference values. */
export interface ReferenceValues {
  schema: 1;
  format: "pcrlock";
  reference: { pcr: number; digests: Record<string, Hex> }[];
}

/** What `show` says. */
export interface Structure {
  schema: 1;
  type: string;
  checked: false;
  fields: StructureField[];
}

export interface StructureField {
  name: string;
  depth: number;
  offset: number;
  length: number;
  value: string | null;
}
