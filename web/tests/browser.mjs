// Promise: the page says in a browser what the command line says, to everybody, and tells nobody else.
// browser.mjs TPMPROOF: the path of the program that makes foreign evidence and says what the verdicts are.

import { runAll } from "./page/checks.mjs";
import "./page/verdicts.mjs";
import "./page/privacy.mjs";
import "./page/hands.mjs";
import "./page/look.mjs";

process.exit(await runAll() === 0 ? 0 : 1);
