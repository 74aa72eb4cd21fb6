// The command line that does what this page did.

/** A word as a POSIX shell reads it: a file's name was chosen by whoever made the file. @param {string} text */
export function quoted(text) {
  // Whatever a terminal would act on, or would show in another order, is no part of a command that somebody copies.
  const safe = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
  return /^[A-Za-z0-9_.,:=@%+\/-]+$/.test(safe) && safe !== "" ? safe : `'${safe.replaceAll("'", String.raw`'\''`)}'`;
}

/** A file, which must not be read as an option. @param {string} name */
const file = (name) => quoted(name.startsWith("-") ? `./${name}` : name);

/**
 * @param {{ name: string, role: string }[]} given @param {string} policy the name of the policy
 * @param {{ nonce: string, insecureNoFreshness: boolean, at: string }} asked
 */
export function commandLine(given, policy, asked) {
  const of = (/** @type {string} */ role) => given.filter((one) => one.role === role);
  const options = (/** @type {string} */ role, /** @type {string} */ option) => of(role).map(({ name }) => `--${option} ${file(name)}`);
  const evidence = of("evidence")[0];
  return [
    `tpmproof verify ${evidence ? file(evidence.name) : "PROOF"}`,
    `--policy ${file(policy)}`,
    asked.insecureNoFreshness ? "--insecure-no-freshness" : `--nonce ${quoted(asked.nonce)}`,
    `--at ${quoted(asked.at)}`,
    ...options("log", "log"),
    ...options("root", "root"),
    ...options("intermediate", "intermediate"),
    ...options("revocation", "crl"),
    ...options("client-data", "client-data"),
    ...of("hcl-report").map(({ name }) => `--attach ${quoted(`hcl-report=${name}`)}`),
  ].join(" \\\n  ");
}
