/*
 * Keeps the texts with source maps that a recording was read by. The runtime's cache has only the
 * newest text of a module, so a recording that is read again after a change, as by `diff`, would have
 * the lines of the JavaScript.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";

import { KEPT_TEXT } from "../../v8_log/log_directory.ts";

/**
 * Returns a function that finds the text of a module, first among the kept ones.
 *
 * @param directory The directory of the recording's logs, where the texts are kept.
 * @param find Finds the text of a module by its URL.
 */
export function keptTexts(
  directory: string,
  find: (url: string) => string | undefined,
): (url: string) => string | undefined {
  return (url) => {
    const path = `${directory}/${KEPT_TEXT}${createHash("sha256").update(url).digest("hex")}`;
    try {
      return fs.readFileSync(path, "utf8");
    } catch {
      // None is kept yet.
    }
    const text = find(url);
    if (text === undefined) return undefined;
    try {
      fs.writeFileSync(path, text, { mode: 0o600, flag: "wx" });
    } catch {
      // The directory is another user's or the disk is full: the text serves this time only.
    }
    return text;
  };
}
