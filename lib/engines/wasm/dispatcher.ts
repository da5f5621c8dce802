import { ENTRIES } from "../engine.ts";
import {
  DEEP_TYPE,
  entryType,
  FOUND_TYPE,
  LEFT,
  MOST_NESTED,
  NESTED,
  READY_TYPE,
  trampolineType,
  typeSection,
} from "./module_layout.ts";
import { nameSection } from "./script_names.ts";
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

/** Number of imported functions in front of `plain0` to `plain8`, and so the index of `plain0`. */
const PLAIN = 3;

/**
 * The dispatcher's module. It exports the table `table` and {@linkcode ENTRIES}, and imports:
 *
 * - `m.memory`, laid out as module_layout.ts says;
 * - `m.walk` (externref), the bound frame walker, and `m.none` (externref), an empty array that the
 *   walker gets in the place of each argument;
 * - `m.found(id)`, which finds a trampoline's code after the walk;
 * - `m.deep()`, which returns 1 past the stack budget;
 * - `m.ready(id)`, which makes a trampoline and returns 0 if that fails;
 * - `m.plain0` to `m.plain8`, which call a function without a trampoline.
 *
 * @param size Initial length of the table.
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

/**
 * The code of one entry:
 *
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
