import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { fileURLToPath } from "node:url";

import { isGranted } from "../../runtime/runtime.ts";
import { denoEmitPath, parseDenoEmit } from "../../v8_log/deno_emit.ts";

/** Where a file has the text that V8 ran: the script's own file, or Deno's cache. */
export type TextPlace = "file" | "emit";

/**
 * Returns the text that a file has of a script; Deno's cache has it with a source map that V8 does
 * not see.
 *
 * @param url The script's URL, or in Node its path.
 * @param place The file that is meant.
 * @param denoCache Deno's cache directory.
 * @returns `undefined` where no such file can be read.
 */
export function scriptFileText(
  url: string,
  place: TextPlace,
  denoCache: string,
): string | undefined {
  try {
    const path = place === "emit" ? emitPath(url, denoCache) : filePath(url);
    if (path === undefined || !isGranted({ name: "read", path })) return undefined;
    const bytes = fs.readFileSync(path);
    // Runtimes take the mark of the byte order off.
    return place === "emit" ? parseDenoEmit(bytes) : textOf(bytes).replace(/^\uFEFF/, "");
  } catch {
    return undefined;
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function filePath(url: string): string | undefined {
  if (url.startsWith("/")) return url;
  return url.startsWith("file:") ? fileURLToPath(url) : undefined;
}

function emitPath(url: string, denoCache: string): string | undefined {
  const path = denoEmitPath(url);
  return path === undefined ? undefined : `${denoCache}/${path}`;
}
