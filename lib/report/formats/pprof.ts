import { gzipSync } from "node:zlib";

import { type Frame, frameSymbol } from "../../recording/frame.ts";
import * as format from "./pprof_format.js";
import type { Recording } from "../../recording/recording.ts";
import { isOfRealTime } from "../../recording/thread_state.ts";

/**
 * Makes a gzipped profile in pprof's format (github.com/google/pprof, proto/profile.proto). Each of
 * its samples has two values: a number of samples, or of objects, and their weight.
 *
 * @param recording The recording.
 */
export function formatPprof(recording: Recording): Uint8Array<ArrayBuffer> {
  const strings = new format.StringTable();
  const text = (value: string) => strings.dedup(value);
  const [countName, weightName, weightUnit] = valueTypes(recording);
  const weightType = { type: text(weightName), unit: text(weightUnit) };
  const frames = new FrameNumbers(text);
  // pprof takes the first mapping for the program, so the command comes first.
  frames.mappingOf(recording.command[0] ?? "");
  const sample = recording.stacks.map((
    { thread, frames: stack, samples, objects, weight },
  ) => ({
    // pprof wants the innermost frame first.
    locationId: stack.map((frame) => frames.idOf(frame)).reverse(),
    value: [objects ?? samples, weight],
    label: [{ key: text("thread"), str: text(thread) }],
  }));
  const { start, duration, command, lostSamples } = recording;
  const profile = new format.Profile({
    sampleType: [{ type: text(countName), unit: text("count") }, weightType],
    sample,
    mapping: frames.mappings,
    location: frames.locations,
    function: frames.functions,
    timeNanos: BigInt(start ?? 0) * 1_000_000n,
    durationNanos: BigInt(Math.round(duration * 1e6)),
    periodType: weightType,
    period: periodOf(recording),
    comment: [
      text(`Recorded by ${recording.samplerVersion}: ${command.join(" ")}`),
      text(`${lostSamples} samples were lost`),
    ],
    defaultSampleType: weightType.type,
    stringTable: strings,
  });
  return Uint8Array.from(gzipSync(profile.encode()));
}

/**
 * The name of the counts, and the name and the unit of the weights. Those of memory are Go's
 * (runtime/pprof), which tools know.
 */
function valueTypes({ unit, event }: Recording): [count: string, weight: string, unit: string] {
  if (unit === "nanoseconds") return ["samples", isOfRealTime({ event }) ? "wall" : "cpu", unit];
  if (unit === "events") return ["samples", event, "count"];
  if (event === "alloc") return ["alloc_objects", "alloc_space", unit];
  if (event === "live") return ["inuse_objects", "inuse_space", unit];
  return ["samples", event, unit];
}

/** The amount between two samples. */
function periodOf({ unit, frequency, interval }: Recording): number {
  if (interval !== undefined) return interval;
  return frequency !== undefined && unit === "nanoseconds" ? Math.round(1e9 / frequency) : 1;
}

/** Numbers locations, functions and mappings from 1, and keeps their records. */
class FrameNumbers {
  readonly mappings: format.MappingInput[] = [];
  readonly locations: format.LocationInput[] = [];
  readonly functions: format.FunctionInput[] = [];
  readonly #ids = new Map<Frame, number>();
  readonly #functionIds = new Map<string, number>();
  readonly #locationIds = new Map<string, number>();
  readonly #mappingIds = new Map<string, number>();
  readonly #text: (value: string) => number;

  constructor(text: (value: string) => number) {
    this.#text = text;
  }

  idOf(frame: Frame): number {
    const known = this.#ids.get(frame);
    if (known !== undefined) return known;
    const { file = "", line = 0, module, position } = frame;
    const functionId = this.#functionOf(frame);
    const mappingId = this.mappingOf(module || file);
    const executed = position?.line ?? line;
    // Frames that differ only in facts that the format lacks are one location.
    const key = `${functionId} ${executed}`;
    let id = this.#locationIds.get(key);
    if (id === undefined) {
      this.#locationIds.set(key, id = this.locations.length + 1);
      this.locations.push({ id, mappingId, line: [{ functionId, line: executed }] });
    }
    this.#ids.set(frame, id);
    return id;
  }

  #functionOf(frame: Frame): number {
    const symbol = frameSymbol(frame);
    const { file = "", line = 0, module } = frame;
    const key = `${symbol}\0${module}`;
    let id = this.#functionIds.get(key);
    if (id === undefined) {
      this.#functionIds.set(key, id = this.functions.length + 1);
      this.functions.push({
        id,
        name: this.#text(symbol),
        // If it equals the name, pprof takes a name with "::" for C++ and shortens it.
        systemName: 0,
        filename: this.#text(file),
        startLine: line,
      });
    }
    return id;
  }

  mappingOf(file: string): number {
    let id = this.#mappingIds.get(file);
    if (id === undefined) {
      this.#mappingIds.set(file, id = this.#mappingIds.size + 1);
      this.mappings.push({
        id,
        filename: this.#text(file),
        // pprof must not look for symbols: the profile has all that are known.
        hasFunctions: true,
        hasFilenames: true,
        hasLineNumbers: true,
      });
    }
    return id;
  }
}
