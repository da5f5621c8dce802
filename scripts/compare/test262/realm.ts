import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

/** A fresh realm, with the names that test262 expects of a host. */
export interface Realm {
  /** Its global object. */
  global: typeof globalThis;
  /** The lines that the test printed. */
  printed: string[];
}

/** Makes a realm with `print` and `$262`. */
export function makeRealm(): Realm {
  const global = vm.createContext(vm.constants.DONT_CONTEXTIFY) as typeof globalThis;
  const printed: string[] = [];
  define(global, "print", (text: unknown) => void printed.push(String(text)));
  define(global, "$262", host(global));
  return { global, printed };
}

/** Makes `$262`, by which tests reach functions of the host that the language does not have. */
function host(global: typeof globalThis): object {
  return {
    global,
    createRealm: () => (makeRealm().global as unknown as { $262: object })["$262"],
    evalScript: (text: string) => vm.runInContext(text, global),
    detachArrayBuffer: (buffer: ArrayBuffer) =>
      void structuredClone(buffer, { transfer: [buffer] }),
  };
}

function define(global: object, name: string, value: unknown): void {
  Object.defineProperty(global, name, { value, writable: true, configurable: true });
}

const scripts = new Map<string, vm.Script>();

/** Runs a file of the suite's `harness/` directory in a realm. */
export function includeHarness(realm: Realm, suite: string, file: string): void {
  let script = scripts.get(file);
  if (script === undefined) {
    const filename = join(suite, "harness", file);
    script = new vm.Script(readFileSync(filename, "utf8"), { filename });
    scripts.set(file, script);
  }
  script.runInContext(realm.global);
}
