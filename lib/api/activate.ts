import { activation } from "../activation/activation.ts";
import { BACKEND_NAMES, type BackendName } from "../backends/backend.ts";
import type { EngineChoice } from "../engines/engine.ts";
import { parseEngine } from "../activation/switches.ts";

/** Options of {@linkcode activateStackTrampoline} and {@linkcode perfSession}. */
export interface ActivateOptions {
  /** The engine that makes the trampolines. @default {"auto"} */
  engine?: EngineChoice;
}

/**
 * Turns trampolines on. From then on, every instrumented function that is called gets a trampoline
 * and a name that `perf` shows. Another backend or engine replaces the one in use; `auto` keeps the
 * engine in use. This wins over the command line and the environment.
 *
 * Needs `--allow-ffi`, `--allow-read` of the library, and `--allow-write=/tmp`; `perf_jit`
 * needs `--allow-all`, which Deno wants for `/proc/self/maps`.
 *
 * @param backend How names reach `perf`: `perf` (perf map), `perf_jit` (jitdump). @default {"perf"}
 * @param options The engine.
 * @throws {RangeError} If the backend or the engine is unknown.
 * @throws {PerfError} If there are no trampolines on this platform, or their names cannot be
 * written.
 *
 * @example
 * ```ts no-eval
 * import { activateStackTrampoline, isStackTrampolineActive } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * activateStackTrampoline();
 * equal(isStackTrampolineActive(), true);
 * ```
 */
export function activateStackTrampoline(
  backend: BackendName = "perf",
  options: ActivateOptions = {},
): void {
  if (!BACKEND_NAMES.includes(backend)) {
    throw new RangeError(
      `Cannot activate trampolines: invalid backend: ${backend}, must be ${
        BACKEND_NAMES.join(" or ")
      }`,
    );
  }
  const engine = parseEngine(options.engine ?? "auto", "activateStackTrampoline()");
  const isSame = activation.backend === backend &&
    (engine === "auto" || activation.engine === engine);
  if (!isSame) activation.activate(backend, engine);
}

/**
 * Turns trampolines off. Safe at any depth of calls, from inside an instrumented function too;
 * without effect while they are off.
 *
 * @example
 * ```ts
 * import { deactivateStackTrampoline, isStackTrampolineActive } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * deactivateStackTrampoline();
 * equal(isStackTrampolineActive(), false);
 * ```
 */
export function deactivateStackTrampoline(): void {
  activation.deactivate();
}

/**
 * Whether trampolines are on, by the API, an option or the environment.
 *
 * @example
 * ```ts
 * import { isStackTrampolineActive } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * equal(isStackTrampolineActive(), false);
 * ```
 */
export function isStackTrampolineActive(): boolean {
  return activation.backend !== undefined;
}
