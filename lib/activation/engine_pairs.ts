import type { Backend, BackendName } from "../backends/backend.ts";
import { JitdumpBackend } from "../backends/jitdump/jitdump_backend.ts";
import { PerfMapBackend } from "../backends/perf_map/perf_map_backend.ts";
import type { CodeExtent } from "../base/machine_code.ts";
import { PerfError } from "../base/perf_error.ts";
import type { Engine, EngineChoice, EngineHost, EngineName } from "../engines/engine.ts";
import { NativeEngine } from "../engines/native_engine.ts";
import { WasmEngine } from "../engines/wasm/wasm_engine.ts";
import type { FunctionTable } from "./function_table.ts";

/** An engine whose trampolines one backend names. */
export interface EngineWithBackend {
  readonly backend: Backend;
  readonly engine: Engine;
  /** Number of functions that the engine is ready for. */
  prepared: number;
}

/** The activation, as engines see it. */
export interface EngineUser {
  /** Names the code of a function's trampoline, by a backend. */
  declare(backend: Backend, id: number, code: CodeExtent): void;
  /** Runs a body while trampolines are off. */
  pause(body: () => void): void;
  /** Runs a body past the stack budget, where there are no trampolines. */
  runDeep(body: () => void): void;
  /** Turns trampolines off for good, with a warning. */
  giveUp(error: unknown): void;
}

/**
 * The engines and backends of an isolate. Each is made once and reused: perf keeps the name of an
 * address, so trampolines and their names must not be made anew.
 */
export class EnginePairs {
  readonly #user: EngineUser;
  readonly #backends = new Map<BackendName, Backend>();
  readonly #pairs: EngineWithBackend[] = [];
  #wasmObstacle: string | undefined;

  /** @param user Serves the engines. */
  constructor(user: EngineUser) {
    this.#user = user;
  }

  /**
   * Finds or makes an engine with a backend; `auto` is the cheapest engine that works here.
   *
   * @throws {PerfError} If there is none.
   */
  get(backendName: BackendName, engineName: EngineChoice): EngineWithBackend {
    return engineName === "auto"
      ? this.#cheapest(backendName)
      : this.#find(backendName, engineName) ?? this.#make(backendName, engineName);
  }

  /** Gets a pair's engine ready for the functions that were defined since the last call. */
  prepare(pair: EngineWithBackend, functions: FunctionTable): void {
    if (pair.prepared === functions.length) return;
    pair.engine.prepare(pair.prepared, functions.argumentsFrom(pair.prepared));
    pair.prepared = functions.length;
    // The engine may have mapped new memory for code, which the backend must describe.
    pair.backend.flush?.();
  }

  #cheapest(backendName: BackendName): EngineWithBackend {
    // Made first: its failure must not count as an obstacle of the WebAssembly engine.
    this.#backend(backendName);
    if (this.#wasmObstacle === undefined) {
      try {
        return this.get(backendName, "wasm");
      } catch (error) {
        if (!(error instanceof PerfError)) throw error;
        this.#wasmObstacle = error.message;
      }
    }
    return this.get(backendName, "native");
  }

  #find(backendName: BackendName, engineName: EngineName): EngineWithBackend | undefined {
    return this.#pairs.find(({ backend, engine }) =>
      backend.name === backendName && engine.name === engineName
    );
  }

  #backend(name: BackendName): Backend {
    let backend = this.#backends.get(name);
    if (backend === undefined) this.#backends.set(name, backend = makeBackend(name));
    return backend;
  }

  #make(backendName: BackendName, engineName: EngineName): EngineWithBackend {
    const user = this.#user;
    const backend = this.#backend(backendName);
    const engine = makeEngine(engineName, {
      padding: backend.padding,
      declare: (id, code) => user.declare(backend, id, code),
      make: (body) =>
        user.pause(() => {
          body();
          // The engine may have mapped new memory for code.
          backend.flush?.();
        }),
      looked: () => user.pause(() => backend.look?.()),
      giveUp: (error) => user.giveUp(error),
      runDeep: (body) => user.runDeep(body),
    });
    const pair: EngineWithBackend = { backend, engine, prepared: 0 };
    this.#pairs.push(pair);
    return pair;
  }
}

function makeBackend(name: BackendName): Backend {
  switch (name) {
    case "perf":
      return new PerfMapBackend();
    case "perf_jit":
      return new JitdumpBackend();
  }
}

function makeEngine(name: EngineName, host: EngineHost): Engine {
  switch (name) {
    case "native":
      return new NativeEngine(host);
    case "wasm":
      return new WasmEngine(host);
  }
}
