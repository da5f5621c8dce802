/*
 * A reader of perf maps, written from tools/perf/Documentation/jit-interface.txt
 * alone: "Each line has the following format, fields separated with spaces:
 * START SIZE symbolname. START and SIZE are hex numbers without 0x. symbolname
 * is the rest of the line, so it could contain special characters."
 */

/** One line of a perf map. */
export interface PerfMapEntry {
  start: bigint;
  size: bigint;
  name: string;
}

/** Reads a whole map; anything that is not the format is an error. */
export function readPerfMap(bytes: Uint8Array): PerfMapEntry[] {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  if (text === "") return [];
  if (!text.endsWith("\n")) throw new SyntaxError("the last line of the map has no end");
  return text.slice(0, -1).split("\n").map((line) => {
    const match = /^([0-9a-f]+) ([0-9a-f]+) (.+)$/s.exec(line);
    if (match === null) throw new SyntaxError(`no line of a perf map: ${JSON.stringify(line)}`);
    const [, start, size, name] = match;
    return { start: BigInt(`0x${start}`), size: BigInt(`0x${size}`), name: name! };
  });
}
