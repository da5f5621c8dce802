import { activation } from "../activation/activation.ts";
import type { BackendName } from "../backends/backend.ts";
import {
  type ActivateOptions,
  activateStackTrampoline,
  deactivateStackTrampoline,
} from "./activate.ts";

/**
 * Turns trampolines on until the session is disposed; then they are as they were before.
 *
 * Needs what {@linkcode activateStackTrampoline} needs.
 *
 * @param backend How names reach `perf`. @default {"perf"}
 * @param options Which engine.
 * @returns What to dispose; a second time is harmless.
 * @throws {RangeError} If the backend or the engine is unknown.
 * @throws {PerfError} If there are no trampolines on this platform, or their names cannot be written.
 *
 * @example
 * ```ts no-eval
 * import { perfSession, withPerf } from "@x/perf";
 *
 * const work = withPerf(function work() {});
 * {
 *   using _session = perfSession();
 *   work(); // seen
 * }
 * work(); // not seen
 * ```
 */
export function perfSession(
  backend: BackendName = "perf",
  options: ActivateOptions = {},
): Disposable {
  const { backend: before, engine } = activation;
  activateStackTrampoline(backend, options);
  let open = true;
  return {
    [Symbol.dispose]() {
      if (!open) return;
      open = false;
      if (before === undefined) deactivateStackTrampoline();
      else activateStackTrampoline(before, { engine });
    },
  };
}
