import { defineElement } from "../../base/builtins.ts";
import { APPLY, MOST_ARGUMENTS } from "../engine.ts";
import { NESTED, trampolineType, typeSection } from "./module_layout.ts";
import { nameSection } from "./script_names.ts";
import { I32, KIND, moduleStart, NO_RESULT, OP, SECTION, WasmBytes } from "./wasm_bytes.ts";

/** Options of {@linkcode trampolinesModule}. */
export interface TrampolinesOptions {
  /** Index in the table of the first trampoline; the others follow. */
  first: number;
  /** The number of arguments of each trampoline, or {@linkcode APPLY}. */
  args: ArrayLike<number>;
  /** Bytes that must follow the code that runs. */
  padding: number;
  /** Bytes that no other module has: V8 compiles equal modules once. */
  distinction: Uint8Array;
  /** Memory to build the module in. @default {new WasmBytes()} */
  into?: WasmBytes;
}

/** Machine code that each repeated call in the padding leaves at least, in bytes. */
const PADDING_PER_CALL = 24;

/**
 * Functions that a module of trampolines imports: one for each number of arguments, and `apply`.
 */
const IMPORTED_FUNCTIONS = MOST_ARGUMENTS + 2;

/**
 * A module of trampolines. It puts them into the table that it imports, `m.table`. It also imports
 * `m.memory`, `m.c0` to `m.c8`, which take a function, its receiver and its arguments, and
 * `m.apply`, which takes the arguments as an array.
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
  // All trampolines of one form have equal code, so it is encoded once.
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

/** A custom section that makes a module different from all others. */
export function distinctSection(distinction: Uint8Array): WasmBytes {
  return new WasmBytes().name("distinction").append(distinction);
}

/** An array of arguments counts as one. */
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
 * Appends `nested = n + 1; const result = call(); nested = n;` and behind it the padding: calls
 * that never run, since `n` is never negative.
 *
 * @param nested The local variable `n`, which holds the count.
 * @param padding Bytes that must follow the code that runs.
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
