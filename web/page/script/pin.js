// "Pin as policy": the policy that accepts this machine, made of its proof.

import { copyButton, element, saveButton } from "./dom.js";

/**
 * @param {import("./engine.js").Engine} engine @param {Uint8Array} evidence @param {import("./engine.js").Options} options as they were for the verdict
 * @param {(policy: string) => void} use puts a policy into the form
 */
export function pinForm(engine, evidence, options, use) {
  const registers = element("input", { id: "pin-pcrs", type: "text", inputmode: "text", autocomplete: "off", placeholder: "such as 4, 7, 13", "aria-describedby": "pin-hint" });
  const result = element("div", { class: "pinned", "aria-live": "polite" });
  const make = () => {
    const pcrs = registers.value.split(/[\s,]+/).filter(Boolean).map((index) => `${index}=log`);
    try {
      let notes = "";
      const policy = engine.pin(evidence, { ...options, pcrs, notes: (said) => { notes += said; } });
      const text = element("textarea", { readonly: true, rows: "12", spellcheck: "false", "aria-label": "The policy of this machine" });
      text.value = policy;
      result.replaceChildren(...(notes ? [element("p", { class: "warning" }, notes.trim())] : []), text, element("p", { class: "buttons" },
        copyButton("Copy the policy", () => policy),
        saveButton("Save policy.toml", "policy.toml", () => policy),
        element("button", { type: "button", class: "quiet", click: () => use(policy) }, "Use it here")));
    } catch (error) {
      result.replaceChildren(element("p", { class: "problem" }, String(/** @type {Error} */ (error).message)));
    }
  };
  return element("div", { class: "pin" },
    element("h3", {}, "Pin as policy"),
    element("p", { class: "lead" }, "If this machine is known to be good, make a policy of it: it accepts the machine after a restart, and refuses another start of it. Where nobody vouches for the key, the policy takes it as it is."),
    element("label", { for: "pin-pcrs" }, "PCRs to hold to the events of their logs, instead of their values"),
    element("div", { class: "together" }, registers, element("button", { type: "button", click: make }, "Make the policy")),
    element("p", { id: "pin-hint", class: "hint" }, "Numbers; leave it empty to hold every PCR to its value."),
    result);
}
