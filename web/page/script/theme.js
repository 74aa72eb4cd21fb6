// Light, dark, or as the system has it.

import { byId } from "./dom.js";

const THEMES = /** @type {const} */ (["system", "light", "dark"]);
const KEY = "tpmproof-theme";

/** Some browsers keep nothing for a page that is a file. */
function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function offerThemes() {
  const button = byId("theme");
  let place = Math.max(0, THEMES.findIndex((theme) => theme === kept()));
  const show = () => {
    document.documentElement.dataset.theme = THEMES[place];
    button.textContent = `Theme: ${THEMES[place]}`;
  };
  button.addEventListener("click", () => {
    place = (place + 1) % THEMES.length;
    try {
      localStorage.setItem(KEY, THEMES[place]);
    } catch {
      // Then it holds until the page is closed.
    }
    show();
  });
  show();
}
