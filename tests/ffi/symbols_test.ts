/*
 * The three tables of the C library's functions agree: the declarations of ffi/xperf.h, ffi/symbols.ts
 * for Deno, and the letters of ffi/napi.c for Node and Bun.
 */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";

import { ABI_VERSION, ffiFunctions, functions } from "../../ffi/symbols.ts";

/** The text of the three files. */
interface Sources {
  header: string;
  symbols: string;
  napi: string;
}

/** A function of the library, as one of the files has it. */
interface Signature {
  /** A type of symbols.ts. */
  result: string;
  parameters: readonly { name: string; type: string }[];
}

const TYPES: Readonly<Record<string, string>> = {
  "void": "void",
  "int32_t": "i32",
  "uint32_t": "u32",
  "uint64_t": "u64",
  "uint8_t *": "buffer",
  "uint64_t *": "buffer",
};

const LETTERS: Readonly<Record<string, string>> = {
  v: "void",
  i: "i32",
  u: "u32",
  U: "u64",
  b: "buffer",
};

/** symbols.ts says why its result is another. */
const OTHER_RESULT = "xp_call";

const read = (name: string) => Deno.readTextFileSync(new URL(`../../ffi/${name}`, import.meta.url));
const SOURCES: Sources = {
  header: read("xperf.h"),
  symbols: read("symbols.ts"),
  napi: read("napi.c"),
};

function typeOf(declared: string): string {
  const type = TYPES[declared.replace(/^const /, "")];
  if (type === undefined) throw new Error(`Cannot read the type "${declared}" of xperf.h`);
  return type;
}

/** `uint32_t size`, `const uint8_t *line`, or `void (*body)(void)`. */
function parseParameter(declared: string): { name: string; type: string } {
  const callback = /^void \(\*(\w+)\)\(void\)$/.exec(declared);
  if (callback !== null) return { name: callback[1]!, type: "function" };
  const [, type, name] = /^(.*?)(\w+)$/.exec(declared)!;
  return { name: name!, type: typeOf(type!.trim()) };
}

/** The functions that xperf.h exports, and the declaration of each in one line. */
function parseHeader(text: string): Map<string, Signature & { declaration: string }> {
  const found = new Map<string, Signature & { declaration: string }>();
  const code = text.replace(/\/\*[^]*?\*\//g, "");
  for (const [, declared] of code.matchAll(/^XP_EXPORT ([^;]*);/gm)) {
    const declaration = declared!.replace(/\s+/g, " ");
    const [, result, name, list] = /^(\w+) (\w+)\((.*)\)$/.exec(declaration)!;
    const parameters = list === "void" ? [] : list!.split(", ").map(parseParameter);
    found.set(name!, { result: typeOf(result!), parameters, declaration });
  }
  return found;
}

/** The functions of symbols.ts: the comment above each function, its types, the comment at each of them. */
function parseSymbols(text: string): Map<string, Signature & { declaration: string }> {
  const found = new Map<string, Signature & { declaration: string }>();
  const entry =
    /((?: {2}\/\/ .*\n)+) {2}(\w+): \{\n {4}parameters: \[([^\]]*)\],\n(?: {4}\/\/ .*\n)* {4}result: "(\w+)",\n {2}\},/g;
  for (const [, comment, name, list, result] of text.matchAll(entry)) {
    const parameters = [...list!.matchAll(/"(\w+)", \/\/ (\w+)/g)].map(([, type, name]) => ({
      name: name!,
      type: type!,
    }));
    const declaration = comment!.replaceAll("//", "").trim().replace(/\s+/g, " ");
    found.set(name!, { result: result!, parameters, declaration });
  }
  return found;
}

/** The letters of napi.c, and the room it has for arguments. */
function parseNapi(text: string): { found: Map<string, string>; room: number } {
  const found = new Map<string, string>();
  for (
    const [, name, parameters, result] of text.matchAll(/FUNCTION\((\w+), "(\w*)", '(\w)'\)/g)
  ) {
    found.set(name!, [result!, ...parameters!].map((letter) => LETTERS[letter]).join());
  }
  return { found, room: Number(/MOST_PARAMETERS = (\d+)/.exec(text)![1]) };
}

/** Compares the three: a line for each disagreement. */
function disagreements({ header, symbols, napi }: Sources): string[] {
  const lines: string[] = [];
  const declared = parseHeader(header);
  const described = parseSymbols(symbols);
  const { found: lettered, room } = parseNapi(napi);
  const isForAll = (name: string) => !(name in ffiFunctions);
  for (const name of new Set([...declared.keys(), ...described.keys(), ...lettered.keys()])) {
    const inHeader = declared.get(name);
    const inSymbols = described.get(name);
    if (inHeader === undefined || inSymbols === undefined) {
      lines.push(`${name} is not in ${inHeader === undefined ? "xperf.h" : "symbols.ts"}`);
      continue;
    }
    if (inHeader.declaration !== inSymbols.declaration) {
      lines.push(`${name}: "${inHeader.declaration}" is "${inSymbols.declaration}" in symbols.ts`);
    }
    if (inHeader.result !== inSymbols.result && name !== OTHER_RESULT) {
      lines.push(`${name}: its result is ${inHeader.result}, in symbols.ts ${inSymbols.result}`);
    }
    const length = Math.max(inHeader.parameters.length, inSymbols.parameters.length);
    for (let i = 0; i < length; i++) {
      const [a, b] = [inHeader.parameters[i], inSymbols.parameters[i]];
      if (a?.type !== b?.type || a?.name !== b?.name) {
        lines.push(
          `${name}: parameter ${i} is ${a?.type} ${a?.name}, in symbols.ts ${b?.type} ${b?.name}`,
        );
      }
    }
    const types = [inHeader.result, ...inHeader.parameters.map(({ type }) => type)].join();
    const inNapi = lettered.get(name);
    if (inNapi !== (isForAll(name) ? types : undefined)) {
      lines.push(`${name}: it is ${types}, in napi.c ${inNapi}`);
    }
    if (isForAll(name) && inHeader.parameters.length > room) {
      lines.push(`${name}: napi.c passes ${room} arguments`);
    }
  }
  const version = /#define XP_ABI_VERSION (\d+)u/.exec(header)![1];
  const inSymbols = /ABI_VERSION = (\d+)/.exec(symbols)![1];
  if (version !== inSymbols) lines.push(`the ABI is ${version}, in symbols.ts ${inSymbols}`);
  return lines;
}

Deno.test("xperf.h, symbols.ts and napi.c agree about every function and parameter", () => {
  deepEqual(disagreements(SOURCES), []);
});

Deno.test("the parsers see every function that symbols.ts exports, and its types", () => {
  const exported = { ...functions, ...ffiFunctions };
  const parsed = Object.fromEntries(
    [...parseSymbols(SOURCES.symbols)].map(([name, { result, parameters }]) => [
      name,
      { parameters: parameters.map(({ type }) => type), result },
    ]),
  );
  deepEqual(parsed, exported);
  equal(parseNapi(SOURCES.napi).found.size, Object.keys(functions).length);
  match(SOURCES.header, RegExp(`#define XP_ABI_VERSION ${ABI_VERSION}u`));
});

Deno.test("a disagreement is found, whichever file has it", () => {
  const planted: [file: keyof Sources, from: string | RegExp, to: string, line: RegExp][] = [
    ["header", "xp_register(uint32_t size)", "xp_register(uint64_t size)", /^xp_register: /],
    ["header", "xp_register(uint32_t size)", "xp_register(uint32_t bytes)", /^xp_register: /],
    ["header", "XP_EXPORT uint64_t xp_clock", "XP_EXPORT uint32_t xp_clock", /^xp_clock: /],
    ["header", "uint64_t address, uint32_t size)", "uint32_t size)", /^xp_claim: /],
    ["header", /XP_EXPORT uint32_t xp_user_id.*/, "", /^xp_user_id is not in xperf\.h$/],
    ["header", "XP_ABI_VERSION 8u", "XP_ABI_VERSION 9u", /^the ABI is 9, in symbols.ts 8$/],
    ["symbols", '"u32", // size', '"i32", // size', /^xp_register: parameter 0/],
    ["symbols", '"u64", // address', '"u64", // where', /^xp_claim: parameter 0/],
    ["symbols", 'result: "u64"', 'result: "u32"', /^xp_clock: its result/],
    ["symbols", "// uint64_t xp_clock(void)", "// uint64_t xp_now(void)", /^xp_clock: "uint64_t/],
    ["symbols", "xp_user_id: {", "xp_user: {", /^xp_user_id is not in symbols\.ts$/],
    ["napi", "\"bUu\", 'i'", "\"buu\", 'i'", /^xp_read: it is .* in napi\.c/],
    ["napi", "xp_walk, \"bu\", 'u'", "xp_walk, \"bu\", 'i'", /^xp_walk: it is .* in napi\.c/],
    ["napi", /FUNCTION\(xp_sampler_stop.*/, "", /^xp_sampler_stop: .* in napi\.c undefined$/],
    ["napi", "MOST_PARAMETERS = 5", "MOST_PARAMETERS = 4", /^xp_dump_append: napi\.c passes 4/],
  ];
  for (const [file, from, to, line] of planted) {
    const altered = SOURCES[file].replace(from, to);
    notEqual(altered, SOURCES[file], String(from));
    const lines = disagreements({ ...SOURCES, [file]: altered });
    equal(lines.some((found) => line.test(found)), true, `${from}: ${lines.join("\n")}`);
  }
});
