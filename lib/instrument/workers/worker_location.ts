import { createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { apply, construct } from "../../base/builtins.ts";
import type { WorkerStart } from "./worker_address.ts";

/** The parts of an address that `location` has. */
const PARTS = [
  ...["hash", "host", "hostname", "href", "origin", "pathname", "port", "protocol", "search"],
] as const;

/**
 * Functions whose first argument is an address, and which resolve a relative one against the
 * Worker's.
 */
const TAKE_ADDRESSES = ["fetch", "Request", "EventSource", "WebSocket"] as const;

/** Makes a Worker's own address look like that of the program's module. */
export function pretendAddress({ url, kind }: WorkerStart): void {
  const address = new URL(url);
  if (globalThis.location !== undefined) pretendLocation(address);
  for (const name of TAKE_ADDRESSES) resolveAgainst(address, name);
  if (kind === "node") pretendMain(address);
}

function pretendLocation(address: URL): void {
  const prototype = Object.getPrototypeOf(globalThis.location);
  for (const part of PARTS) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, part)!;
    Object.defineProperty(prototype, part, { ...descriptor, get: () => address[part as "href"] });
  }
  const descriptor = Object.getOwnPropertyDescriptor(prototype, "toString")!;
  const { toString } = { toString: () => address.href };
  Object.defineProperty(prototype, "toString", { ...descriptor, value: toString });
}

function resolveAgainst(address: URL, name: typeof TAKE_ADDRESSES[number]): void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  // deno-lint-ignore ban-types -- a function or a constructor
  const original = globalThis[name] as Function | undefined;
  if (descriptor === undefined || original === undefined) return;
  const resolved = ([first, ...rest]: unknown[]) => [absolute(first, address), ...rest];
  const value: typeof original = new Proxy(original, {
    apply: (target, self, args) => apply(target as () => unknown, self, resolved(args)),
    construct: (target, args, newTarget) =>
      construct(
        target as new () => object,
        resolved(args),
        newTarget === value ? target : newTarget,
      ),
  });
  const { enumerable } = descriptor;
  Object.defineProperty(globalThis, name, {
    value,
    writable: true,
    enumerable,
    configurable: true,
  });
}

function absolute(text: unknown, base: URL): unknown {
  return typeof text === "string" && !URL.canParse(text) && URL.canParse(text, base)
    ? new URL(text, base).href
    : text;
}

/**
 * Sets the path in the arguments, and a `require` beside the module, as Node's Workers have them.
 */
function pretendMain(address: URL): void {
  if (address.protocol !== "file:") return;
  process.argv[1] = fileURLToPath(address);
  (globalThis as { require?: unknown }).require = createRequire(address);
}
