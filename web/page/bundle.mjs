// Makes one script of JavaScript modules: each becomes a function that is called once, in the order in which they need each other. It knows the forms of
// import and export that are used here and in what wasm-bindgen writes, and refuses every other.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const IMPORT = /^import\s+(?:(\w+)\s*,?\s*)?(?:\*\s+as\s+(\w+)\s+|\{([^}]*)\}\s*)?from\s+"([^"]+)";[ \t]*$/gm;
const DECLARATION = /^export\s+(?=(?:async\s+)?(?:function|class|const)\b)/gm;
const DECLARED = /^export\s+(?:async\s+)?(?:function\*?|class|const)\s+(\w+)/gm;
const DEFAULT_DECLARED = /^export\s+default\s+(?:async\s+)?function\s+(\w+)/gm;
const DEFAULT = /^export\s+default\s+(\w+);[ \t]*$/gm;
const LIST = /^export\s*\{([^}]*)\};?[ \t]*$/gm;

/** @param {string} list `a, b as c` @returns {[string, string][]} pairs of `a` and `a`, `b` and `c` */
function pairs(list) {
  return list.split(",").map((item) => item.trim()).filter(Boolean).map((item) => {
    const [name, other = name] = item.split(/\s+as\s+/);
    return [name, other];
  });
}

/**
 * @param {string} entry the path of the first module @param {Record<string, string>} [replaced] paths of modules that stand somewhere else, by the names by which they are imported
 */
export function bundle(entry, replaced = {}) {
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @type {string[]} */
  const parts = [];
  /** @param {string} path @returns {string} the variable that holds what it exports */
  const add = (path) => {
    const known = names.get(path);
    if (known === "") throw new Error(`${path} needs itself, by way of others`);
    if (known) return known;
    names.set(path, "");
    const source = readFileSync(path, "utf8");
    /** @type {[string, string][]} */
    const exported = [];
    for (const [, name] of source.matchAll(DECLARED)) exported.push([name, name]);
    for (const expression of [DEFAULT_DECLARED, DEFAULT]) for (const [, name] of source.matchAll(expression)) exported.push([name, "default"]);
    for (const [, list] of source.matchAll(LIST)) exported.push(...pairs(list));
    const text = source
      .replace(IMPORT, (_, standard, all, list, from) => {
        const other = add(replaced[from] ?? resolve(dirname(path), from));
        const taken = [...(standard ? [`default: ${standard}`] : []), ...pairs(list ?? "").map(([name, own]) => `${name}: ${own}`)];
        return [taken.length > 0 && `const { ${taken.join(", ")} } = ${other};`, all && `const ${all} = ${other};`].filter(Boolean).join(" ");
      })
      .replace(LIST, "")
      .replace(DEFAULT, "")
      .replace(/^export\s+default\s+(?=(?:async\s+)?function)/gm, "")
      .replace(DECLARATION, "");
    const left = /^(?:import|export)\b.*$/m.exec(text);
    if (left) throw new Error(`${path}: a form of import or export that is not known here: ${left[0]}`);
    const name = `module${parts.length + 1}`;
    names.set(path, name);
    parts.push(`const ${name} = (() => {\n${text.trim()}\nreturn { ${exported.map(([own, as]) => `${as}: ${own}`).join(", ")} };\n})();`);
    return name;
  };
  add(resolve(entry));
  return parts.join("\n\n");
}
