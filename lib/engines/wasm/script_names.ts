import { exec, toNumber } from "../../base/builtins.ts";
import { WasmBytes } from "./wasm_bytes.ts";

/** The name of a module, which V8 gives to its frames in the stack of an error. */
export const MODULE_NAME = "xperf";

/**
 * Names a module. That of one with trampolines says their numbers: a name for each takes a third of
 * the memory that the module does.
 *
 * @param index Which function of the module is its first trampoline; none if it is left out.
 * @param number The number of that one; the others follow in turn.
 */
export function nameSection(index?: number, number?: number): WasmBytes {
  const name = index === undefined ? MODULE_NAME : `${MODULE_NAME}-${index}-${number}`;
  return new WasmBytes().name("name").byte(0).sized(new WasmBytes().name(name));
}

/** How V8 calls the script that it makes of a module which {@linkcode nameSection} names, with a hash. */
const SCRIPT_NAME = /^wasm:\/\/wasm\/xperf(?:-(\d+)-(\d+))?-[0-9a-f]+$/;

/** How V8 writes a function of WebAssembly in a stack. */
const FUNCTION_INDEX = /:wasm-function\[(\d+)\]/;

/**
 * Whether a script that a frame belongs to is a module of these.
 *
 * @param scriptName As V8 has it.
 */
export function isModuleName(scriptName: string): boolean {
  return exec(SCRIPT_NAME, scriptName) !== null;
}

/**
 * The number of the trampoline that a frame is of; `undefined` if it is none's.
 *
 * @param scriptName The frame's script, as V8 has it.
 * @param text What V8 writes for the frame.
 */
export function trampolineNumber(scriptName: string, text: string): number | undefined {
  const script = exec(SCRIPT_NAME, scriptName);
  const index = exec(FUNCTION_INDEX, text);
  if (script === null || script[1] === undefined || index === null) return undefined;
  const number = toNumber(script[2]) + toNumber(index[1]) - toNumber(script[1]);
  return number < toNumber(script[2]) ? undefined : number;
}
