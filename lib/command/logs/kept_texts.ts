import { createHash } from "node:crypto";
import * as fs from "node:fs";

import { KEPT_TEXT } from "../../v8_log/log_directory.ts";

/** Finds the text of a module with its source map, by the module's URL. */
export type FindText = (url: string) => string | undefined;

/**
 * Keeps texts with their source maps beside the logs of a recording. Deno's cache has a module's last
 * text only: once a program has changed and run again, the lines of an older recording could not be
 * mapped any more, and two recordings not be compared.
 *
 * @param directory The directory of the logs. Where it cannot be written, nothing is kept.
 * @param find Finds a text that is not kept yet.
 */
export function keptTexts(directory: string, find: FindText): FindText {
  return (url) => {
    const name = createHash("sha256").update(url).digest("hex").slice(0, 32);
    const path = `${directory}/${KEPT_TEXT}${name}`;
    const kept = readKept(path);
    if (kept !== undefined) return kept;
    const text = find(url);
    if (text !== undefined) keep(path, text);
    return text;
  };
}

function readKept(path: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    return fs.readFileSync(descriptor, "utf8");
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

function keep(path: string, text: string): void {
  try {
    fs.writeFileSync(path, text, { mode: 0o600, flag: "wx" });
  } catch {
    // The lines are right today all the same.
  }
}
