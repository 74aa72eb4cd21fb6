// A list of which only the rows in sight exist, so that a megabyte of log is no more to draw than a page of it.

/** Browsers cannot scroll through more than some tens of millions of pixels. */
const MOST_ROWS = 1_000_000;

/**
 * @param {HTMLElement} viewport scrolls @param {number} height of a row, in pixels @param {(row: number) => HTMLElement} render
 */
export function virtualList(viewport, height, render) {
  const space = document.createElement("div");
  space.className = "virtual-space";
  viewport.replaceChildren(space);
  let count = 0;
  let from = 0;
  let to = 0;

  const draw = (/** @type {boolean} */ again) => {
    const first = Math.max(0, Math.floor(viewport.scrollTop / height) - 4);
    const last = Math.min(count, Math.ceil((viewport.scrollTop + viewport.clientHeight) / height) + 4);
    if (!again && first === from && last === to) return;
    [from, to] = [first, last];
    const rows = [];
    for (let row = first; row < last; row += 1) {
      const made = render(row);
      made.style.top = `${row * height}px`;
      rows.push(made);
    }
    space.replaceChildren(...rows);
  };
  viewport.addEventListener("scroll", () => draw(false), { passive: true });
  new ResizeObserver(() => draw(true)).observe(viewport);

  return {
    /** @param {number} rows */
    setCount(rows) {
      count = Math.min(rows, MOST_ROWS);
      space.style.height = `${count * height}px`;
      draw(true);
    },
    redraw: () => draw(true),
    /** @param {number} row */
    reveal(row) {
      const top = row * height;
      const inSight = top >= viewport.scrollTop && top + height <= viewport.scrollTop + viewport.clientHeight;
      if (!inSight) viewport.scrollTop = Math.max(0, top - viewport.clientHeight / 3);
      draw(true);
    },
  };
}
