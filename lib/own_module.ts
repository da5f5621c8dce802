import { packageModule } from "./instrument/package_module.ts";
import { sourceName } from "./symbol_name.ts";

/** This package's own modules. */
const OWN = ["../mod.ts", "../ffi/", "../lib/"].map((path) => new URL(path, import.meta.url).href);

/** The command: its demo is a program like any other, in whatever package the command is installed. */
const COMMAND = new URL("./command/", import.meta.url).href;

/** Whether a module is of this package's command: its demo, where it runs as a program. */
export function isOwnProgram(url: string): boolean {
  return url.startsWith(COMMAND);
}

/** Whether a module is of this package, or of another copy of it, and not of the command. */
export function isOwnModule(url: string): boolean {
  if (isOwnProgram(url)) return false;
  if (/^(npm|jsr):@x\/perf(\/|$)/.test(packageModule(sourceName(url)) ?? "")) return true;
  return OWN.some((prefix) => url.startsWith(prefix));
}

/** {@linkcode isOwnModule} for a path or URL as symbols have it. */
export function isOwnFile(file: string): boolean {
  return isOwnModule(file.startsWith("/") ? `file://${file}` : file);
}
