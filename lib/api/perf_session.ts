import { activation } from "../activation/activation.ts";
import type { BackendName } from "../backends/backend.ts";
import {
  type ActivateOptions,
  activateStackTrampoline,
  deactivateStackTrampoline,
} from "./activate.ts";

/**
 * Turns trampolines on until the session is disposed, which restores the earlier state.
 *
 * Needs what {@linkcode activateStackTrampoline} needs.
 *
 * @param backend The way names reach `perf`. @default {"perf"}
 * @param options The engine.
 * @returns The session; disposing it twice is harmless.
 * @throws {RangeError} If the backend or the engine is unknown.
 * @throws {PerfError} If there are no trampolines on this platform, or their names cannot be
 * written.
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
