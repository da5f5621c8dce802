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
  /** How many functions the engine is ready for. */
  prepared: number;
}

/** What engines ask of the activation. */
export interface EngineUser {
  /** Names the code of a function's trampoline, by a backend. */
  declare(backend: Backend, id: number, code: CodeExtent): void;
  /** Runs a body while trampolines are off. */
  pause(body: () => void): void;
  /** Runs a body for which the stack has no room for trampolines. */
  runDeep(body: () => void): void;
  /** Turns trampolines off for good, with a warning. */
  giveUp(error: unknown): void;
}

/**
 * The engines and backends of an isolate. Perf keeps what it was told of an address, so an engine
 * and a backend that were made once are used again.
 */
export class EnginePairs {
  readonly #user: EngineUser;
  readonly #backends = new Map<BackendName, Backend>();
  readonly #pairs: EngineWithBackend[] = [];
  #wasmObstacle: string | undefined;

  /** @param user Whom the engines ask. */
  constructor(user: EngineUser) {
    this.#user = user;
  }

  /**
   * An engine with a backend; `auto` is the cheapest that works here.
   *
   * @throws {PerfError} If there is none.
   */
  get(backendName: BackendName, engineName: EngineChoice): EngineWithBackend {
    return engineName === "auto"
      ? this.#cheapest(backendName)
      : this.#find(backendName, engineName) ?? this.#make(backendName, engineName);
  }

  /** Makes a pair's engine ready for the functions that were defined since it last was. */
  prepare(pair: EngineWithBackend, functions: FunctionTable): void {
    if (pair.prepared === functions.length) return;
    pair.engine.prepare(pair.prepared, functions.argumentsFrom(pair.prepared));
    pair.prepared = functions.length;
    // There can be new memory for code.
    pair.backend.flush?.();
  }

  #cheapest(backendName: BackendName): EngineWithBackend {
    // A backend that cannot be made is no obstacle of the engine's.
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
          // There is new memory for code.
          backend.flush?.();
        }),
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
