import { readFileSync } from "node:fs";

import { activation } from "../activation/activation.ts";
import { OFF, UNDECIDED } from "../activation/instrumented_code.ts";
import type { BackendName } from "../backends/backend.ts";
import type { CodeExtent } from "../base/machine_code.ts";
import type { Engine, EngineHost, EngineName } from "../engines/engine.ts";
import { brokenFrameChain } from "../runtime/frame_chain.ts";
import { parseMemoryMaps } from "../runtime/memory_maps.ts";
import { NativeEngine } from "../engines/native_engine.ts";
import { loadNativeLibrary } from "../native/native_library.ts";
import { libraryPermissions } from "../activation/needed_permissions.ts";
import { asksForTrampolines } from "../activation/switches.ts";
import { perfMapPath } from "../backends/perf_map/perf_map.ts";
import {
  currentPlatform,
  missingPermission,
  type Permission,
  type Platform,
  processId,
  readVariable,
  trampolineObstacle,
} from "../runtime/runtime.ts";
import { WasmEngine } from "../engines/wasm/wasm_engine.ts";

/** The availability of a feature. */
export interface Feature {
  /** Whether it can be used; `undefined` if that could not be tested. */
  available: boolean | undefined;
  /** The reason why it is not available, or could not be tested. */
  reason?: string;
}

/** The abilities of this process. */
export interface Support extends Platform {
  /** Whether the platform has trampolines at all (CPython's `HAVE_PERF_TRAMPOLINE`). */
  trampolines: Feature;
  /** Whether frame pointers lead from inside a trampoline to the program's start. */
  framePointers: Feature;
  /** The engines that can make trampolines here. */
  engines: Record<EngineName, Feature>;
  /** The backend and engine in use; `undefined` while off, and before the environment is read. */
  active: { backend: BackendName; engine: EngineName } | undefined;
  /** Path at which `perf` looks for the map of this process. */
  mapPath: string;
}

/**
 * Describes the abilities of this process. Never throws, never prompts for a permission, and makes
 * no map.
 *
 * Engines and frame pointers are tested once trampolines are on, or the environment asks for them.
 * Until then they are `undefined`, because the test opens the native library.
 *
 * Uses `--allow-ffi`, and `--allow-read` and `--allow-write` of /tmp, if they are granted.
 *
 * @example
 * ```ts
 * import { support } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * const { trampolines, os } = support();
 * if (os !== "linux") equal(trampolines.available, false);
 * ```
 */
export function support(): Support {
  return describeSupport(areWanted());
}

/** {@linkcode support} that tests engines and frame pointers even while trampolines are off. */
export function testSupport(): Support {
  return describeSupport(true);
}

/** Whether trampolines are on, or will be once the environment is looked at. */
function areWanted(): boolean {
  const { state } = activation;
  return state === UNDECIDED ? asksForTrampolines(readVariable) : state !== OFF;
}

function describeSupport(mayTest: boolean): Support {
  const platform = currentPlatform();
  const trampolines = trampolineFeature(platform);
  const { native, wasm, framePointers } = testEngines(trampolines, mayTest);
  return {
    ...platform,
    trampolines,
    framePointers,
    engines: { native, wasm },
    active: activeNow(),
    mapPath: perfMapPath(processId()),
  };
}

function trampolineFeature(platform: Platform): Feature {
  const reason = trampolineObstacle(platform);
  return reason === undefined ? { available: true } : { available: false, reason };
}

/** Looks at `state` first: reading `backend` of an undecided activation would make the map. */
function activeNow(): Support["active"] {
  if (activation.state === UNDECIDED) return undefined;
  const { backend, engine } = activation;
  return backend === undefined || engine === undefined ? undefined : { backend, engine };
}

type EngineTest = Record<EngineName | "framePointers", Feature>;

/** The result is kept: an engine is never freed, so it is made for one test only. */
let tested: EngineTest | undefined;

function testEngines(trampolines: Feature, mayTest: boolean): EngineTest {
  if (!trampolines.available) {
    const framePointers = untested(trampolines.reason!);
    return { native: trampolines, wasm: trampolines, framePointers };
  }
  const maps: Permission = { name: "read", path: "/proc/self/maps" };
  const missing = missingPermission([...libraryPermissions(), maps]);
  if (missing !== undefined) {
    const feature = untested(`permission is missing: ${missing}`);
    return { native: feature, wasm: feature, framePointers: feature };
  }
  if (!mayTest) {
    const feature = untested("trampolines are off");
    return { native: feature, wasm: feature, framePointers: feature };
  }
  return tested ??= walkFromEngines();
}

function walkFromEngines(): EngineTest {
  const native = walkFrom((host) => new NativeEngine(host));
  const wasm = walkFrom((host) => new WasmEngine(host));
  const { framePointers } = wasm.engine.available ? wasm : native;
  return { native: native.engine, wasm: wasm.engine, framePointers };
}

function walkFrom(
  makeEngine: (host: EngineHost) => Engine,
): { engine: Feature; framePointers: Feature } {
  let engine: Engine;
  let code: CodeExtent | undefined;
  try {
    // No backend names the trampoline: it is for this test only.
    engine = makeEngine({
      padding: 0,
      declare: (_, declared) => code = declared,
      make: (body) => body(),
      giveUp: (error) => {
        throw error;
      },
      runDeep: (body) => body(),
    });
    engine.prepare(0, [0]);
    engine.entries.e0(0, () => {}, undefined);
  } catch (error) {
    const reason = (error as Error).message;
    return { engine: { available: false, reason }, framePointers: untested(reason) };
  }
  return { engine: { available: true }, framePointers: testChain(engine, code!) };
}

/** Far more frames than a walk from here has. */
const CAPACITY = 1024;

function testChain(engine: Engine, { address, size }: CodeExtent): Feature {
  try {
    const walked = new BigUint64Array(CAPACITY);
    const { xp_walk } = loadNativeLibrary();
    const count = engine.entries.e0(0, () => xp_walk(walked, CAPACITY), undefined) as number;
    const broken = brokenFrameChain(
      { addresses: [...walked.subarray(0, count)], trampoline: BigInt(address), size },
      parseMemoryMaps(readFileSync("/proc/self/maps", "utf8")),
    );
    return broken === undefined ? { available: true } : { available: false, reason: broken };
  } catch (error) {
    return untested((error as Error).message);
  }
}

function untested(reason: string): Feature {
  return { available: undefined, reason };
}
