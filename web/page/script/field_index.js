// Which field a byte belongs to.

/** @typedef {import("./structures.js").Field} Field */

/**
 * @param {Field[]} fields
 * @returns {{ at(offset: number): number | null, pathOf(place: number): Field[] }} by places in `fields`
 */
export function fieldIndex(fields) {
  const places = fields.map((_, place) => place).filter((place) => fields[place].length > 0);
  const end = (/** @type {number} */ place) => fields[place].offset + fields[place].length;
  // The outer before the inner; of two that are alike, the deeper one last.
  places.sort((a, b) => fields[a].offset - fields[b].offset || end(b) - end(a) || a - b);
  /** @type {(number | null)[]} the field around each, by its number in `places` */
  const around = [];
  /** @type {number[]} */
  const open = [];
  places.forEach((place, number) => {
    while (open.length > 0 && end(places[open[open.length - 1]]) <= fields[place].offset) open.pop();
    around.push(open.at(-1) ?? null);
    open.push(number);
  });

  return {
    at(offset) {
      let low = 0;
      let high = places.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (fields[places[middle]].offset <= offset) low = middle + 1;
        else high = middle;
      }
      /** @type {number | null} */
      let number = low - 1 >= 0 ? low - 1 : null;
      while (number !== null && end(places[number]) <= offset) number = around[number];
      return number === null ? null : places[number];
    },
    pathOf(place) {
      const path = [fields[place]];
      for (let other = place - 1; other >= 0 && path[0].depth > 0; other -= 1) {
        if (fields[other].depth < path[0].depth) path.unshift(fields[other]);
      }
      return path;
    },
  };
}
