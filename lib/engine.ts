import type { CodeRegion } from "./backend.ts";

/** Who makes the trampolines. */
export type EngineName = "native" | "wasm";

/** What can be asked for: an engine, or the cheapest that works here. */
export type EngineChoice = "auto" | EngineName;

/** All that can be asked for. */
export const ENGINE_CHOICES: readonly EngineChoice[] = ["auto", "native", "wasm"];

/** Why an engine cannot be had; `undefined` where it can. */
export function engineObstacle(engine: EngineChoice): string | undefined {
  return engine === "wasm"
    ? `Cannot use engine "wasm": it is not part of this version, must be "native" or "auto"`
    : undefined;
}

/** Told of every region of code that an engine makes or finds. */
export type DeclareRegion = (region: CodeRegion) => void;

/** Runs a body for which the stack has no room for a trampoline. */
export type RunDeep = (body: () => void) => void;

/** Makes trampolines and calls functions inside them. */
export interface Engine {
  /** Which one this is. */
  readonly name: EngineName;
  /**
   * Makes a trampoline and declares its code under `symbol`.
   *
   * @param symbol The name that `perf` shows.
   * @param declare Told of the code.
   * @param padding Bytes behind the code that no other trampoline may take. @default 0
   * @returns The trampoline's number.
   * @throws {PerfError} If no trampoline can be made.
   */
  create(symbol: string, declare: DeclareRegion, padding?: number): number;
  /** Calls `fn` inside a trampoline: its result, its exception. */
  call<Result>(
    trampoline: number,
    fn: (...args: never[]) => Result,
    self: unknown,
    args: ArrayLike<unknown>,
  ): Result;
}
