import * as fs from "node:fs";

import { PerfError } from "../../../base/perf_error.ts";
import { systemReason } from "../../../base/system_reason.ts";
import { decodeHeapFile, type HeapFile } from "../../../recording/heap/heap_file.ts";
import { heapRecording } from "../../../recording/heap/heap_recording.ts";
import type { Recording } from "../../../recording/recording.ts";
import { HEAP_FILE_ENDING, heapFileName, unfinishedName } from "../../../sampler/heap/heap_wish.ts";
import { isOwnFile } from "../../../source/own_module.ts";
import { denoCache, denoTexts } from "../../logs/deno_texts.ts";

/** The main thread's file. */
const MAIN = heapFileName("main");

/**
 * Reads what the threads of a program have written.
 *
 * @param directory Where they wrote it.
 * @param command The program and its arguments.
 * @returns `undefined` where the main thread wrote nothing, or nothing was sampled.
 * @throws {PerfError} If a file cannot be read.
 */
export function readHeap(directory: string, command: readonly string[]): Recording | undefined {
  const others = fs.readdirSync(directory).filter((name) => /^worker-\d+\./.test(name))
    .filter((name) => name.endsWith(HEAP_FILE_ENDING)).sort();
  if (!fs.existsSync(`${directory}/${MAIN}`)) return undefined;
  const main = readFile(`${directory}/${MAIN}`);
  return recordingOf([main, ...others.map((name) => readFile(`${directory}/${name}`))], command);
}

/** Whether the main thread has tried to write its file, and could not. */
export function hasFailedToWrite(directory: string): boolean {
  return fs.existsSync(`${directory}/${unfinishedName(MAIN)}`);
}

/**
 * Reads one file alone, as that of a snapshot.
 *
 * @param path The file.
 * @param command The program and its arguments.
 * @returns `undefined` where nothing was sampled.
 */
export function readHeapFile(path: string, command: readonly string[]): Recording | undefined {
  return recordingOf([readFile(path)], command);
}

function recordingOf(
  files: readonly [HeapFile, ...HeapFile[]],
  command: readonly string[],
): Recording | undefined {
  const mapped = denoTexts();
  // Node shows lines of the JavaScript by default, so only Deno's lines are mapped.
  const emitted = files[0].runtime.startsWith("deno") ? mapped : undefined;
  const recording = heapRecording(files, {
    command,
    emitted,
    denoCache: denoCache(),
    isOwn: isOwnFile,
  });
  return recording.stacks.length === 0 ? undefined : recording;
}

function readFile(path: string): HeapFile {
  try {
    return decodeHeapFile(fs.readFileSync(path, "utf8"));
  } catch (cause) {
    throw new PerfError(`Cannot read the memory that was sampled: ${systemReason(cause)}`, {
      code: "file",
      cause,
    });
  }
}
