import { packageModule } from "./package_module.ts";
import { sourceName } from "../base/symbol_name.ts";

/** This package's own modules. */
const OWN = ["../../mod.", "../../ffi/", "../"].map((path) => new URL(path, import.meta.url).href);

/** The command and the demo: programs like any other, which can be profiled. */
const PROGRAMS = ["../command/", "../demo."].map((path) => new URL(path, import.meta.url).href);

/**
 * The start of the address of a Worker's first module, which this package writes. The parameter of
 * the media type tells it from the program's modules.
 */
export const WORKER_MODULE = "data:text/javascript;of=x-perf,";

/** Whether a module is of this package's command, or the demo. */
export function isOwnProgram(url: string): boolean {
  return PROGRAMS.some((prefix) => url.startsWith(prefix));
}

/** Whether a module is of this package, or of another copy of it, and not one of its programs. */
export function isOwnModule(url: string): boolean {
  if (isOwnProgram(url)) return false;
  if (url.startsWith(WORKER_MODULE)) return true;
  if (/^(npm|jsr):@x\/perf(\/|$)/.test(packageModule(sourceName(url)) ?? "")) return true;
  return OWN.some((prefix) => url.startsWith(prefix));
}

/** The script that Node processes under V8's log require (command/program/node_preload.ts). */
const NODE_PRELOAD = /\/xperf-v8-\d+\/\d+-\d+\/preload\.cjs$/;

/** {@linkcode isOwnModule} for a path or URL as symbols have it. */
export function isOwnFile(file: string): boolean {
  if (NODE_PRELOAD.test(file)) return true;
  return isOwnModule(file.startsWith("/") ? `file://${file}` : file);
}
