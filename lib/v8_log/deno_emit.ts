import { Buffer } from "node:buffer";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The line that Deno's cache puts behind a module's text. */
const METADATA = /\n\/\/ denoCacheMetadata=[^\n]*\s*$/;

/**
 * Returns the path, below Deno's cache directory, of the JavaScript that Deno made of a TypeScript
 * module, with its inline source map (deno/libs/cache_dir, `url_to_filename`, and
 * cli/cache/emit.rs). Deno removes the map from the text that V8 gets, so V8's log does not have
 * it.
 *
 * @param url The module's URL.
 * @returns `undefined` for URLs whose modules have no place there.
 */
export function denoEmitPath(url: string): string | undefined {
  let parsed: URL;
  try {
    parsed = new URL(url);
    if (parsed.protocol === "file:") return `gen/file${fileURLToPath(parsed)}.js`;
  } catch {
    return undefined;
  }
  const { protocol, hostname, port, pathname, search } = parsed;
  if (protocol !== "https:" && protocol !== "http:") return undefined;
  const host = port === "" ? hostname : `${hostname}_PORT${port}`;
  // Not imported above: programs that record their memory need no hash, and start without it.
  const crypto: typeof import("node:crypto") = process.getBuiltinModule("node:crypto");
  const hash = crypto.createHash("sha256").update(pathname + search).digest("hex");
  return `gen/${protocol.slice(0, -1)}/${host}/${hash}.js`;
}

/** Returns the module's text with its source map from such a file. */
export function parseDenoEmit(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
    .replace(METADATA, "\n");
}
