/*
 * Finds the texts of modules with the source maps that Deno uses. V8's log has the texts without
 * maps: Deno removes inline maps before V8 sees a text, and reads maps in separate files itself.
 */
import * as fs from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { formatInlineMap } from "../../source/source_positions.ts";
import { denoEmitPath, parseDenoEmit } from "../../v8_log/deno_emit.ts";
import type { LogFile } from "../../v8_log/v8_log.ts";

/** Whether V8 wrote a log in Deno, whose builds of V8 have "-rusty" in their version. */
export function isDenos({ read }: Pick<LogFile, "read">): boolean {
  return new TextDecoder().decode(read(0, 64)).split("\n")[0]!.includes("-rusty");
}

/** Deno's cache directory, as the environment says it. */
export function denoCache(): string {
  const { env } = process;
  return env["DENO_DIR"] || `${env["XDG_CACHE_HOME"] || `${env["HOME"] ?? ""}/.cache`}/deno`;
}

/**
 * Returns a function that finds the text of a module with its source map, by the module's URL.
 * Compiled TypeScript is in Deno's cache, and JavaScript can have a map in a file.
 */
export function denoTexts(): (url: string) => string | undefined {
  const cache = denoCache();
  return (url) => {
    const path = denoEmitPath(url);
    if (path === undefined) return undefined;
    try {
      return parseDenoEmit(fs.readFileSync(`${cache}/${path}`));
    } catch {
      // Deno runs JavaScript unchanged, so its cache has no text for it.
      return textWithMapFile(url);
    }
  };
}

/** Matches the comment at the end of a text that names a map's file. */
const MAP_FILE = /\/\/[#@] sourceMappingURL=(?!data:)(\S+)\s*$/;

/** The largest text that is searched for a map, in bytes. */
const MAX_TEXT = 32 << 20;

function textWithMapFile(url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  try {
    const path = fileURLToPath(url);
    if (fs.statSync(path).size > MAX_TEXT) return undefined;
    const text = fs.readFileSync(path, "utf8");
    const name = MAP_FILE.exec(text.slice(-4096))?.[1];
    if (name === undefined) return undefined;
    const map = JSON.parse(fs.readFileSync(fileURLToPath(new URL(name, url)), "utf8"));
    return `${text}${formatInlineMap({ ...map, sources: sourcesThatExist(map, url) })}`;
  } catch {
    // Some packages name maps that they do not have.
    return undefined;
  }
}

/**
 * Replaces sources that do not exist by null: Deno shows their lines under the module's own name.
 */
function sourcesThatExist(
  { sources, sourceRoot }: { sources: (string | null)[]; sourceRoot?: string },
  url: string,
): (string | null)[] {
  return sources.map((source) => {
    if (source === null) return null;
    const address = new URL(
      `${sourceRoot ? `${sourceRoot.replace(/\/$/, "")}/` : ""}${source}`,
      url,
    );
    return address.protocol === "file:" && fs.existsSync(address) ? source : null;
  });
}
