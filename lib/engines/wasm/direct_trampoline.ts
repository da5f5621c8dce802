import { LEFT, MOST_NESTED, NESTED } from "./module_layout.ts";
import { nameSection } from "./script_names.ts";
import { countedCall, distinctSection } from "./trampolines.ts";
import {
  EXTERNREF,
  I32,
  KIND,
  moduleStart,
  NO_RESULT,
  OP,
  SECTION,
  WasmBytes,
} from "./wasm_bytes.ts";

/*
 * A trampoline for one function, which it imports. So it needs no dispatcher, and V8 calls the
 * function without checking its type. The first parameter, `self`, is the receiver. The trampoline
 * has a countdown like all others (module_layout.ts), and counts its calls itself. A second
 * instance of the module shares its machine code: with the walker as its function it finds the
 * trampoline's address.
 */

/** Indices of types. */
const [TRAMPOLINE, FOUND, DEEP] = [0, 1, 2] as const;
/** Indices of functions: the imported ones in the order of their imports, then the module's own. */
const [CALLED, PLAIN, LOOK, ASK, ENTER, SLOW] = [0, 1, 2, 3, 4, 5] as const;

/** Options of {@linkcode directModule}. */
export interface DirectOptions {
  /** The trampoline's number, which tells its countdown. */
  id: number;
  /** Number of arguments behind the receiver. */
  args: number;
  /** Bytes that must follow the code that runs. */
  padding: number;
  /** Bytes that no other module has: V8 compiles equal modules once. */
  distinction: Uint8Array;
}

/**
 * The module of a direct trampoline. It exports `enter`. It imports `m.memory`, `m.found` and
 * `m.deep` as the dispatcher does, `m.fn`, the function, and `m.plain`, which calls the function
 * without a frame.
 */
export function directModule(
  { id, args, padding, distinction }: DirectOptions,
): Uint8Array<ArrayBuffer> {
  const imports = new WasmBytes().unsigned(5);
  imports.name("m").name("memory").bytes(KIND.memory, 0, 1);
  imports.name("m").name("fn").bytes(KIND.function, TRAMPOLINE);
  imports.name("m").name("plain").bytes(KIND.function, TRAMPOLINE);
  imports.name("m").name("found").bytes(KIND.function, FOUND);
  imports.name("m").name("deep").bytes(KIND.function, DEEP);
  const code = new WasmBytes().unsigned(2);
  code.sized(enterCode(id, args, padding)).sized(slowCode(id, args));
  return moduleStart()
    .section(SECTION.type, typeSection(args))
    .section(SECTION.import, imports)
    .section(SECTION.function, new WasmBytes().bytes(2, TRAMPOLINE, TRAMPOLINE))
    .section(SECTION.export, new WasmBytes().unsigned(1).name("enter").bytes(KIND.function, ENTER))
    .section(SECTION.code, code)
    .section(SECTION.custom, distinctSection(distinction))
    .section(SECTION.custom, nameSection(ENTER, id))
    .finish();
}

function typeSection(args: number): WasmBytes {
  const types = new WasmBytes().bytes(3, 0x60).unsigned(1 + args);
  for (let i = 0; i <= args; i++) types.byte(EXTERNREF);
  return types.bytes(1, EXTERNREF, 0x60, 1, I32, 0, 0x60, 0, 1, I32);
}

/** Offset of a trampoline's countdown in the memory, in bytes. */
function leftOffset(id: number): number {
  return LEFT + Int32Array.BYTES_PER_ELEMENT * id;
}

/**
 * The code of `enter`:
 *
 *     if (--left[id] < 0) return slow(self, a, …);
 *     const n = nested;
 *     if (n >= MOST_NESTED) return slow(self, a, …);
 *     nested = n + 1; const result = fn(self, a, …); nested = n; return result;
 *
 * and behind it the padding, which never runs since `n` is never negative.
 */
function enterCode(id: number, args: number, padding: number): WasmBytes {
  // One local variable holds first `left[id]`, then `n`.
  const local = 1 + args;
  const left = leftOffset(id);
  const code = new WasmBytes().bytes(1, 1, I32);
  code.constant(left).constant(left).bytes(OP.i32Load, 2, 0).constant(-1).bytes(OP.i32Add);
  code.instruction(OP.localTee, local).bytes(OP.i32Store, 2, 0);
  code.instruction(OP.localGet, local).constant(0).bytes(OP.i32LtS, OP.if, NO_RESULT);
  passAll(code, args).bytes(OP.returnCall, SLOW, OP.end);

  code.constant(NESTED).bytes(OP.i32Load, 2, 0).instruction(OP.localTee, local);
  code.constant(MOST_NESTED).bytes(OP.i32GeS, OP.if, NO_RESULT);
  passAll(code, args).bytes(OP.returnCall, SLOW, OP.end);

  countedCall(code, local, padding, () => passAll(code, args).bytes(OP.call, CALLED));
  return code.byte(OP.end);
}

/**
 * The code of `slow`:
 *
 *     if (left[id] < 0) found(id);
 *     if (nested >= MOST_NESTED && deep()) return plain(self, a, …);
 *     return enter(self, a, …);
 *
 * `found()` sets a new countdown, and `deep()` resets `nested` if it returns 0. Otherwise this
 * `enter()` would come back here, and both would call each other for ever.
 */
function slowCode(id: number, args: number): WasmBytes {
  const code = new WasmBytes().bytes(0);
  code.constant(leftOffset(id)).bytes(OP.i32Load, 2, 0).constant(0).bytes(OP.i32LtS);
  code.bytes(OP.if, NO_RESULT).constant(id).bytes(OP.call, LOOK, OP.end);
  code.constant(NESTED).bytes(OP.i32Load, 2, 0).constant(MOST_NESTED).bytes(OP.i32GeS);
  code.bytes(OP.if, NO_RESULT, OP.call, ASK, OP.if, NO_RESULT);
  passAll(code, args).bytes(OP.returnCall, PLAIN, OP.end, OP.end);
  return passAll(code, args).bytes(OP.returnCall, ENTER, OP.end);
}

function passAll(code: WasmBytes, args: number): WasmBytes {
  for (let i = 0; i <= args; i++) code.instruction(OP.localGet, i);
  return code;
}
