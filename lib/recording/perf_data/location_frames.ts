import { type Frame, isThreadStart } from "../frame.ts";
import { FrameNumbers } from "../frame_numbers.ts";
import { FrameTable } from "../frame_table.ts";
import type { Locations } from "./locations.ts";
import type { FoundSymbol } from "./symbols.ts";

/** The frames of all locations. */
export interface LocationFrames {
  /** The frames that the numbers stand for. */
  numbers: FrameNumbers;
  /** By location: numbers of frames, from the outermost in. */
  byLocation: readonly (readonly number[])[];
  /** Locations in which threads start. */
  starts: ReadonlySet<number>;
  /** Address spaces that have code with a source. */
  scripted: ReadonlySet<number>;
}

/**
 * Makes frames of what the resolver and perf have found.
 *
 * @param locations The locations.
 * @param symbols Of each pending address, as perf has it.
 * @param runtimes Files that are the runtime's beside those that are known by name.
 */
export function framesOfLocations(
  locations: Locations,
  symbols: readonly (FoundSymbol | undefined)[],
  runtimes: readonly string[],
): LocationFrames {
  const table = new FrameTable();
  const numbers = new FrameNumbers();
  const lists = new Map<readonly Frame[] | Frame, readonly number[]>();
  const listOf = (key: readonly Frame[] | Frame): readonly number[] => {
    let list = lists.get(key);
    if (list === undefined) {
      const frames = Array.isArray(key) ? key as readonly Frame[] : [key as Frame];
      lists.set(key, list = frames.map((frame) => numbers.idOf(table.same(frame))));
    }
    return list;
  };
  const starts = new Set<number>();
  const scripted = new Set<number>();
  const byLocation = new Array<readonly number[]>(locations.length);
  for (let location = 0; location < locations.length; location++) {
    const resolved = locations.resolved(location);
    const pending = locations.pendingOf(location);
    const found = pending === undefined ? undefined : symbols[pending];
    const isMapped = found?.symbol.startsWith("js::") ?? false;
    const list = resolved !== undefined && !(resolved.yieldsToMap && isMapped)
      ? listOf(resolved.frames)
      : listOf(table.at({
        symbol: found?.symbol ?? "",
        module: found?.module ?? "",
        isKernel: locations.spaceOf(location) === 0,
        runtimes,
      }));
    byLocation[location] = list;
    for (const id of list) {
      const frame = numbers.at(id);
      if (isThreadStart(frame)) starts.add(location);
      if (frame.file !== undefined) scripted.add(locations.spaceOf(location));
    }
  }
  return { numbers, byLocation, starts, scripted };
}
