import { readPerfMapEntries } from "../perf_map_entries.ts";
import { functionSymbol, sourceName } from "../symbol_name.ts";
import type { ModulePositions } from "./function_positions.ts";

/**
 * A name that V8 gives to code of a function (v8/src/logging/log.cc): what it is, its tier, its name,
 * where it begins in the JavaScript, such as `JS:*foo file:///src/app.ts:8:13`.
 */
const FUNCTION = /^(JS|Script|Eval|Function|LazyCompile):(?:o?[~^+*]'?)?(.*?) ?(\S+):(\d+):(\d+)$/;

/**
 * Repairs a perf map that V8 has written (`--perf-basic-prof`): one name for a function whatever its
 * tier, `js::name:file:line` in the original source. Where code was put in the place of other code,
 * only the later stays.
 *
 * @param map The file's content.
 * @param positionsOf What is known of the module at an address; `undefined` for nothing.
 */
export function repairPerfMap(
  map: string,
  positionsOf: (url: string) => ModulePositions | undefined,
): string {
  const lines = readPerfMapEntries(map).map(({ start, end, name }) =>
    `${start.toString(16)} ${(end - start).toString(16)} ${repairName(name, positionsOf)}\n`
  );
  return lines.join("");
}

/** The symbol of a function that V8 has named, other names as they are. */
export function repairName(
  name: string,
  positionsOf: (url: string) => ModulePositions | undefined,
): string {
  const [, kind, own, url, line, column] = FUNCTION.exec(name) ?? [];
  if (kind === undefined) return name;
  const file = sourceName(url!);
  const positions = positionsOf(url!);
  const at = [Number(line), Number(column)] as const;
  const known = positions?.functionAt(...at);
  if (known !== undefined) return functionSymbol({ ...known, file });
  // A module's body that is optimised is a function without a name.
  const isBody = kind === "Script" || own === "" && at[0] === 1 && at[1] === 1;
  return functionSymbol(
    isBody
      ? { name: "<module>", file }
      : { name: own!, file, line: positions?.lineAt(...at) ?? at[0] },
  );
}
