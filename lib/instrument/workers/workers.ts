/*
 * Each thread has its own hooks of the module loader, and Deno has no way to preload a module in
 * every Worker. So the constructors start Workers by way of worker_entry.ts, which sets the hooks
 * before the program's module is loaded.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

import { existsSync } from "../../base/file_system.ts";
import { activation } from "../../activation/activation.ts";
import { construct } from "../../base/builtins.ts";
import { host, missingPermission } from "../../runtime/runtime.ts";
import { environmentFor, type ReadVariable } from "../../activation/switches.ts";
import { INHERITED_VARIABLES } from "../../base/environment.ts";
import { workerAddress, type WorkerStart } from "./worker_address.ts";
import { warn } from "../../base/warnings.ts";

// deno-lint-ignore no-explicit-any -- any constructor of Workers
type WorkerConstructor = new (specifier: any, options?: any) => object;

/** Options of either constructor, as far as they matter here. */
interface WorkerOptions {
  type?: string;
  eval?: boolean;
  deno?: { permissions?: unknown };
}

/** Finds the address of a Worker's module; `undefined` where the Worker cannot be instrumented. */
type FindUrl = (specifier: unknown, options: WorkerOptions) => string | undefined;

/**
 * Starts the Workers of this thread by way of worker_entry.ts. In Deno only: Node's inherit
 * `--import`.
 *
 * @param read Reads the environment.
 * @param entry The address of worker_entry.ts. The module is part of every instrumented program, so
 * that Deno has loaded it, and a lock file that has this package has it too.
 */
export function instrumentWorkers(read: ReadVariable, entry: string): void {
  if (host.name !== "deno") return;
  const web = globalThis as unknown as { Worker: WorkerConstructor };
  replaceConstructor(web, { kind: "web", find: webUrl, read, entry });
  const threads = createRequire("file:///")("node:worker_threads");
  replaceConstructor(threads, { kind: "node", find: nodeUrl, read, entry });
}

/** The differences between the two constructors. */
interface WorkerKind {
  kind: WorkerStart["kind"];
  find: FindUrl;
  read: ReadVariable;
  entry: string;
}

function replaceConstructor(
  holder: { Worker: WorkerConstructor },
  kind: WorkerKind,
): void {
  const original = holder.Worker;
  const replaced: WorkerConstructor = new Proxy(original, {
    construct(target, args, newTarget) {
      const [specifier, options] = args;
      const address = startAddress(kind, specifier, options);
      return construct(
        target,
        address === undefined ? args : [address, ...args.slice(1)],
        newTarget === replaced ? target : newTarget,
      );
    },
  });
  for (const [object, name] of [[holder, "Worker"], [original.prototype, "constructor"]] as const) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name)!;
    Object.defineProperty(object, name, { ...descriptor, value: replaced });
  }
}

function startAddress(
  { kind, find, read, entry }: WorkerKind,
  specifier: unknown,
  options: unknown,
): string | URL | undefined {
  // The constructor itself reports options that are no object.
  if (options !== undefined && !isObject(options)) return undefined;
  try {
    const url = find(specifier, options ?? {});
    if (url === undefined || !mayLoadEntry()) return undefined;
    const address = workerAddress(entry, { url, kind, variables: variablesOf(read) });
    // Node's constructor takes an address as a URL only.
    return kind === "node" ? new URL(address) : address;
  } catch {
    return undefined;
  }
}

/**
 * Returns the switches for a Worker: its trampolines are on or off as in the thread that starts it.
 */
function variablesOf(read: ReadVariable): Record<string, string> {
  const { backend, engine = "auto" } = activation;
  const given = Object.fromEntries(INHERITED_VARIABLES.map((name) => [name, read(name)]));
  const variables = { ...given, ...environmentFor({ backend, engine }) };
  // JSON leaves out variables that are undefined.
  return variables as Record<string, string>;
}

function isObject(value: unknown): value is WorkerOptions {
  return typeof value === "object" && value !== null;
}

/** The directory of everything that worker_entry.ts imports. */
const PACKAGE = new URL("../../../", import.meta.url);

let hasWarned = false;

/**
 * Whether a Worker may load worker_entry.ts. Its loader needs permission for the first module, and
 * for all modules that this one imports.
 */
function mayLoadEntry(): boolean {
  if (PACKAGE.protocol !== "file:") return true;
  const missing = missingPermission([{ name: "read", path: fileURLToPath(PACKAGE) }]);
  if (missing === undefined) return true;
  if (!hasWarned && activation.backend !== undefined) {
    hasWarned = true;
    warn(`Workers run as they are: permission ${missing} is missing`);
  }
  return false;
}

function webUrl(specifier: unknown, { type, deno }: WorkerOptions): string | undefined {
  // A Worker with permissions of its own may lack the one to import the program's module. It can
  // load that only as its first module.
  const permissions = deno?.permissions ?? "inherit";
  if (type !== "module" || permissions !== "inherit") return undefined;
  const text = String(specifier);
  const base = /^\.{0,2}\//.test(text) ? globalThis.location?.href : undefined;
  return loadable(new URL(text, base));
}

function nodeUrl(specifier: unknown, options: WorkerOptions): string | undefined {
  if (options.eval) return undefined;
  if (specifier instanceof URL) {
    return /^(file|data):$/.test(specifier.protocol) ? loadable(specifier) : undefined;
  }
  if (typeof specifier !== "string" || !/^(\.{0,2}\/)/.test(specifier)) return undefined;
  return loadable(pathToFileURL(resolve(process.cwd(), specifier)));
}

/**
 * Returns the address of a module that worker_entry.ts can load. A `blob:` address is often revoked
 * at once. A missing file is left to the runtime, which reports it.
 */
function loadable(url: URL): string | undefined {
  switch (url.protocol) {
    case "file:":
      return existsSync(url) ? url.href : undefined;
    case "data:":
    case "http:":
    case "https:":
      return url.href;
    default:
      return undefined;
  }
}
