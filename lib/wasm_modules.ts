import { APPLY, ENTRIES, MOST_ARGUMENTS } from "./engine.ts";
import { defineElement, exec, toNumber } from "./builtins.ts";
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
 * The modules of the wasm engine. A call travels like this, innermost frame last:
 *
 *     JavaScript      e2(7, fn, self, a, b)
 *     [dispatcher]    counts, and makes place for what it calls: no frame
 *     trampoline      function 7 of the table, the address that perf samples
 *     [call]          a function of JavaScript that calls another one, inlined as far as it goes
 *     fn
 *
 * The dispatcher counts every trampoline's calls down. Below zero it has JavaScript make the trampoline
 * if it is not there (`ready`), has it call the frame walker, and then tells JavaScript (`found`) to
 * look where it is: when it is called for the first time, and every so often as long as V8 may still
 * move it.
 */

/** Types: of the trampolines by number of arguments, then of the dispatcher's entries, then of `found`. */
const trampolineType = (args: number): number => args;
const entryType = (args: number): number => MOST_ARGUMENTS + 1 + args;
const FOUND_TYPE = 2 * (MOST_ARGUMENTS + 1);
const DEEP_TYPE = FOUND_TYPE + 1;
const READY_TYPE = DEEP_TYPE + 1;

function typeSection(): WasmBytes {
  const types = new WasmBytes().unsigned(READY_TYPE + 1);
  for (let args = 0; args <= MOST_ARGUMENTS; args++) {
    types.byte(0x60).unsigned(2 + args);
    for (let i = 0; i < 2 + args; i++) types.byte(EXTERNREF);
    types.bytes(1, EXTERNREF);
  }
  for (let args = 0; args <= MOST_ARGUMENTS; args++) {
    types.byte(0x60).unsigned(3 + args).byte(I32);
    for (let i = 0; i < 2 + args; i++) types.byte(EXTERNREF);
    types.bytes(1, EXTERNREF);
  }
  return types.bytes(0x60, 1, I32, 0).bytes(0x60, 0, 1, I32).bytes(0x60, 1, I32, 1, I32);
}

/**
 * The memory that all modules share: how many calls are nested, and then, for each trampoline, how
 * many calls are left until it is looked for. An i32 each; these are their offsets in bytes.
 */
export const NESTED = 0;
/** The first trampoline's. */
export const LEFT = 4;

/**
 * After how many nested calls the stack is looked at. Exceptions make the count too high, until an outer
 * call returns; then it is looked at more often.
 */
export const MOST_NESTED = 64;

/** The functions that the dispatcher imports, besides `plain0` to `plain8`. */
const PLAIN = 3;

/**
 * The dispatcher. It imports `m.memory`, `m.walk` (externref: the bound frame walker), `m.none`
 * (externref: what stands for its arguments, an empty array), `m.found`, `m.deep`, which tells
 * whether the stack is too full for trampolines, `m.ready`, which tells whether one is there, and
 * `m.plain0` to `m.plain8`, which call without.
 * It exports the table `table` and {@linkcode ENTRIES}.
 *
 * @param size Places in the table at first.
 */
export function dispatcherModule(size: number): Uint8Array<ArrayBuffer> {
  const imports = new WasmBytes().unsigned(6 + ENTRIES.length);
  imports.name("m").name("memory").bytes(KIND.memory, 0, 1);
  imports.name("m").name("walk").bytes(KIND.global, EXTERNREF, 0);
  imports.name("m").name("none").bytes(KIND.global, EXTERNREF, 0);
  imports.name("m").name("found").byte(KIND.function).unsigned(FOUND_TYPE);
  imports.name("m").name("deep").byte(KIND.function).unsigned(DEEP_TYPE);
  imports.name("m").name("ready").byte(KIND.function).unsigned(READY_TYPE);
  for (let args = 0; args < ENTRIES.length; args++) {
    imports.name("m").name(`plain${args}`).byte(KIND.function).unsigned(entryType(args));
  }
  const functions = new WasmBytes().unsigned(ENTRIES.length);
  const exports = new WasmBytes().unsigned(ENTRIES.length + 1);
  exports.name("table").bytes(KIND.table, 0);
  const code = new WasmBytes().unsigned(ENTRIES.length);
  for (let args = 0; args < ENTRIES.length; args++) {
    functions.unsigned(entryType(args));
    exports.name(ENTRIES[args]!).byte(KIND.function).unsigned(PLAIN + ENTRIES.length + args);
    code.sized(entryCode(args));
  }
  return moduleStart()
    .section(SECTION.type, typeSection())
    .section(SECTION.import, imports)
    .section(SECTION.function, functions)
    .section(SECTION.table, new WasmBytes().bytes(1, 0x70, 0).unsigned(size))
    .section(SECTION.export, exports)
    .section(SECTION.code, code)
    .section(SECTION.custom, nameSection())
    .finish();
}

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

/**
 *     if (nested >= MOST_NESTED && deep()) return plain(id, fn, self, …);
 *     if (--left[id] < 0) {
 *       if (!ready(id)) return plain(id, fn, self, …);
 *       table[id](walk, …);
 *       found(id);
 *     }
 *     return table[id](fn, self, …);
 */
function entryCode(args: number): WasmBytes {
  const [id, address, left] = [0, 3 + args, 4 + args];
  const code = new WasmBytes().bytes(1, 2, I32);
  code.constant(NESTED).bytes(OP.i32Load, 2, 0).constant(MOST_NESTED).bytes(OP.i32GeS);
  code.bytes(OP.if, NO_RESULT).instruction(OP.call, 1).bytes(OP.if, NO_RESULT);
  callPlainly(code, args);
  code.bytes(OP.end, OP.end);

  code.instruction(OP.localGet, id).constant(2).bytes(OP.i32Shl);
  code.instruction(OP.localTee, address).instruction(OP.localGet, address);
  code.bytes(OP.i32Load, 2, LEFT).constant(-1).bytes(OP.i32Add);
  code.instruction(OP.localTee, left).bytes(OP.i32Store, 2, LEFT);
  code.instruction(OP.localGet, left).constant(0).bytes(OP.i32LtS, OP.if, NO_RESULT);
  code.instruction(OP.localGet, id).instruction(OP.call, 2).bytes(OP.i32Eqz, OP.if, NO_RESULT);
  callPlainly(code, args);
  code.byte(OP.end);
  code.instruction(OP.globalGet, 0).bytes(OP.refNull, EXTERNREF);
  for (let i = 0; i < args; i++) code.instruction(OP.globalGet, 1);
  code.instruction(OP.localGet, id).instruction(OP.callIndirect, trampolineType(args)).bytes(0);
  code.bytes(OP.drop).instruction(OP.localGet, id).instruction(OP.call, 0).bytes(OP.end);

  for (let i = 1; i < 3 + args; i++) code.instruction(OP.localGet, i);
  code.instruction(OP.localGet, id).instruction(OP.returnCallIndirect, trampolineType(args));
  return code.bytes(0, OP.end);
}

function callPlainly(code: WasmBytes, args: number): void {
  for (let i = 0; i < 3 + args; i++) code.instruction(OP.localGet, i);
  code.instruction(OP.returnCall, PLAIN + args);
}

/** What a module of trampolines is made of. */
export interface TrampolinesOptions {
  /** The place in the table of the first one. */
  first: number;
  /** The number of arguments of each, or {@linkcode APPLY}. */
  args: ArrayLike<number>;
  /** Bytes that are to stand behind the code that runs. */
  padding: number;
  /** Bytes that no other module has: V8 compiles equal modules once. */
  distinction: Uint8Array;
  /** What becomes the module. @default {new WasmBytes()} */
  into?: WasmBytes;
}

/** Repeated calls in the code that never runs: of each, so many bytes of machine code and more remain. */
const PADDING_PER_CALL = 24;

/** Functions that a module of trampolines imports: one for each number of arguments, and `apply`. */
const IMPORTED_FUNCTIONS = MOST_ARGUMENTS + 2;

/**
 * Trampolines: imports `m.memory`, `m.table`, where they go, `m.c0` to `m.c8`, which call their
 * first argument on the second with the others, and `m.apply`, which does with an array of them.
 */
export function trampolinesModule(
  { first, args, padding, distinction, into = new WasmBytes() }: TrampolinesOptions,
): Uint8Array<ArrayBuffer> {
  const imports = new WasmBytes().unsigned(IMPORTED_FUNCTIONS + 2);
  for (let n = 0; n <= MOST_ARGUMENTS; n++) {
    imports.name("m").name(`c${n}`).byte(KIND.function).unsigned(trampolineType(n));
  }
  imports.name("m").name("apply").byte(KIND.function).unsigned(trampolineType(1));
  imports.name("m").name("table").bytes(KIND.table, 0x70, 0, 0);
  imports.name("m").name("memory").bytes(KIND.memory, 0, 1);
  const count = args.length;
  // All trampolines of one form are the same.
  const forms: Uint8Array[] = [];
  for (let form = 0; form <= APPLY; form++) {
    defineElement(forms, form, new WasmBytes().sized(trampolineCode(form, padding)).finish());
  }
  moduleStart(into).section(SECTION.type, typeSection()).section(SECTION.import, imports);
  into.openSection(SECTION.function).unsigned(count);
  for (let i = 0; i < count; i++) into.unsigned(trampolineType(passedArguments(args[i]!)));
  into.closeSection();
  into.openSection(SECTION.element).bytes(1, 0).constant(first).bytes(OP.end).unsigned(count);
  into.unsignedFrom(IMPORTED_FUNCTIONS, count).closeSection();
  into.openSection(SECTION.code).unsigned(count);
  for (let i = 0; i < count; i++) into.append(forms[args[i]!]!);
  into.closeSection();
  into.section(SECTION.custom, distinctSection(distinction));
  into.section(SECTION.custom, nameSection(IMPORTED_FUNCTIONS, first));
  return into.finish();
}

/** What makes a module different from all others. */
export function distinctSection(distinction: Uint8Array): WasmBytes {
  return new WasmBytes().name("distinction").append(distinction);
}

/** An array of arguments is one. */
function passedArguments(args: number): number {
  return args === APPLY ? 1 : args;
}

/**
 * `const n = nested; nested = n + 1; const result = call(fn, self, …); nested = n; return result;`
 */
function trampolineCode(args: number, padding: number): WasmBytes {
  const passed = 2 + passedArguments(args);
  const nested = passed;
  const code = new WasmBytes().bytes(1, 1, I32);
  code.constant(NESTED).bytes(OP.i32Load, 2, 0).instruction(OP.localSet, nested);
  countedCall(code, nested, padding, () => {
    for (let i = 0; i < passed; i++) code.instruction(OP.localGet, i);
    code.instruction(OP.call, args);
  });
  return code.byte(OP.end);
}

/**
 * Appends `nested = n + 1; const result = call(); nested = n;`, and behind it, never run since `n` is
 * never negative, the padding.
 *
 * @param nested The variable `n`, which holds the count.
 * @param padding Bytes that are to stand behind the code that runs.
 * @param call Appends the call.
 */
export function countedCall(
  code: WasmBytes,
  nested: number,
  padding: number,
  call: () => void,
): void {
  code.constant(NESTED).instruction(OP.localGet, nested).constant(1);
  code.bytes(OP.i32Add, OP.i32Store, 2, 0);
  call();
  code.constant(NESTED).instruction(OP.localGet, nested).bytes(OP.i32Store, 2, 0);
  if (padding === 0) return;
  code.instruction(OP.localGet, nested).constant(0).bytes(OP.i32LtS, OP.if, NO_RESULT);
  for (let size = 0; size < padding; size += PADDING_PER_CALL) {
    call();
    code.byte(OP.drop);
  }
  code.bytes(OP.unreachable, OP.end);
}
