import type { CodeExtent, RunDeep } from "../../lib/base/machine_code.ts";
import type { Engine, EngineHost, EngineName } from "../../lib/engines/engine.ts";
import { NativeEngine } from "../../lib/engines/native_engine.ts";
import type { PerfError } from "../../lib/base/perf_error.ts";
import { WasmEngine } from "../../lib/engines/wasm/wasm_engine.ts";
import { walk } from "./stack_walk.ts";

/** All engines. */
export const ENGINES: readonly EngineName[] = ["native", "wasm"];

/** Options of {@linkcode DeclaringEngine}. */
export interface DeclaringEngineOptions {
  /** The bytes of padding that the backend asks for. @default {0} */
  padding?: number;
  /** Called when a trampoline is declared. @default {noted, and nothing else} */
  onDeclare?: (id: number, code: CodeExtent) => void;
  /** Runs a body beyond the stack budget of trampolines. @default {a plain call} */
  runDeep?: RunDeep;
}

/** An engine, and the trampolines that it has declared. */
export class DeclaringEngine {
  readonly engine: Engine;
  /** The declared places of trampolines, in turn. */
  readonly declared: { id: number; code: CodeExtent }[] = [];
  /** The declared places as numbers: start, end and function, in turn. */
  readonly #ranges: number[] = [];
  /** The number of times that trampolines were made while the program ran. */
  makes = 0;
  /** Called before. */
  onMake: () => void = () => {};
  /** Called when there is no memory for one. */
  onGiveUp: (error: PerfError) => void = (error) => {
    throw error;
  };
  #prepared = 0;

  /**
   * @param name Which engine.
   * @param options What its host does.
   */
  constructor(
    name: EngineName,
    { padding = 0, onDeclare = () => {}, runDeep = (body) => body() }: DeclaringEngineOptions = {},
  ) {
    const host: EngineHost = {
      padding,
      declare: (id, code) => {
        this.declared.push({ id, code });
        this.#ranges.push(Number(code.address), Number(code.address) + code.size, id);
        onDeclare(id, code);
      },
      make: (body) => {
        this.makes++;
        this.onMake();
        body();
      },
      giveUp: (error) => this.onGiveUp(error),
      runDeep,
    };
    this.engine = name === "native" ? new NativeEngine(host) : new WasmEngine(host);
  }

  /** Prepares for functions, in turn: the number of the first. */
  prepare(...args: number[]): number {
    const first = this.#prepared;
    this.engine.prepare(first, args);
    this.#prepared += args.length;
    return first;
  }

  /** Returns all places at which one trampoline was declared, in turn. */
  extentsOf(id: number): CodeExtent[] {
    return this.declared.flatMap((declared) => declared.id === id ? declared.code : []);
  }

  /** Returns the trampolines that are on the stack, innermost first. */
  idsOnStack(): number[] {
    return walk().flatMap((address) => this.#idAt(Number(address)) ?? []);
  }

  /** Finds the function whose trampoline has a return address. */
  #idAt(address: number): number | undefined {
    const ranges = this.#ranges;
    for (let i = 0; i < ranges.length; i += 3) {
      if (address > ranges[i]! && address <= ranges[i + 1]!) return ranges[i + 2];
    }
    return undefined;
  }
}

/** Two of the extents that overlap; `undefined` where none do. */
export function overlap(
  extents: readonly CodeExtent[],
  padding: number,
): [CodeExtent, CodeExtent] | undefined {
  const sorted = extents.toSorted((a, b) => BigInt(a.address) < BigInt(b.address) ? -1 : 1);
  for (const [i, extent] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next === undefined) break;
    if (BigInt(extent.address) + BigInt(extent.size + padding) > BigInt(next.address)) {
      return [extent, next];
    }
  }
  return undefined;
}
