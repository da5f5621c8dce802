import { exec, toNumber } from "../../base/builtins.ts";
import { WasmBytes } from "./wasm_bytes.ts";

/** The name of every module. V8 writes it into the frames of an error's stack. */
export const MODULE_NAME = "xperf";

/**
 * The section that names a module. The name of a module of trampolines tells their numbers: a name
 * for each trampoline would add a third to the module's memory.
 *
 * @param index Index in the module of its first trampoline; left out where it has none.
 * @param number The number of that trampoline; the others follow in turn.
 */
export function nameSection(index?: number, number?: number): WasmBytes {
  const name = index === undefined ? MODULE_NAME : `${MODULE_NAME}-${index}-${number}`;
  return new WasmBytes().name("name").byte(0).sized(new WasmBytes().name(name));
}

/** V8's name of a module's script: {@linkcode nameSection}'s name and a hash. */
const SCRIPT_NAME = /^wasm:\/\/wasm\/xperf(?:-(\d+)-(\d+))?-[0-9a-f]+$/;

/** A function of WebAssembly, as V8 writes it in a stack. */
const FUNCTION_INDEX = /:wasm-function\[(\d+)\]/;

/**
 * Whether a frame's script is a module of this engine.
 *
 * @param scriptName V8's name of the script.
 */
export function isModuleName(scriptName: string): boolean {
  return exec(SCRIPT_NAME, scriptName) !== null;
}

/**
 * The number of a frame's trampoline; `undefined` if the frame is not a trampoline's.
 *
 * @param scriptName V8's name of the frame's script.
 * @param text The frame, as V8 writes it.
 */
export function trampolineNumber(scriptName: string, text: string): number | undefined {
  const script = exec(SCRIPT_NAME, scriptName);
  const index = exec(FUNCTION_INDEX, text);
  if (script === null || script[1] === undefined || index === null) return undefined;
  const number = toNumber(script[2]) + toNumber(index[1]) - toNumber(script[1]);
  return number < toNumber(script[2]) ? undefined : number;
}
