// A log of the old form, by SHA-1, of as many events as wanted.

import { createHash } from "node:crypto";

/** @param {number} count */
export function bigLog(count) {
  const event = (pcr, type, data) => {
    const head = Buffer.alloc(32);
    head.writeUInt32LE(pcr, 0);
    head.writeUInt32LE(type, 4);
    createHash("sha1").update(data).digest().copy(head, 8);
    head.writeUInt32LE(data.length, 28);
    return Buffer.concat([head, data]);
  };
  const separator = event(0, 4, Buffer.alloc(4));
  const texts = Array.from({ length: count }, (_, number) => event(8, 0x0d, Buffer.from(`grub_cmd: echo number-${number}\0`)));
  return Buffer.concat([separator, ...texts]);
}
