import type * as FileSystem from "node:fs";
import process from "node:process";

/*
 * Functions of `node:fs` as they are before the program runs, for modules that programs load. An
 * `import` of `node:fs` has Deno evaluate all of its exports, streams and promises among them, which
 * makes the program's start 6 ms longer (Deno 2.9.6, ext/node/polyfills/fs.ts: getters).
 */
const fs: typeof FileSystem = process.getBuiltinModule("node:fs");

export const {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} = fs;
