import { type Frame, isThreadStart } from "../frame.ts";
import { FrameNumbers } from "../frame_numbers.ts";
import { FrameTable } from "../frame_table.ts";
import type { Locations } from "./locations.ts";
import type { FoundSymbol } from "./symbols.ts";

/** The frames of all locations. */
export interface LocationFrames {
  /** The numbers of frames. */
  numbers: FrameNumbers;
  /** The numbers of each location's frames, outermost first. */
  byLocation: readonly (readonly number[])[];
  /** Locations in which threads start. */
  starts: ReadonlySet<number>;
  /** Address spaces that have code with a source. */
  scripted: ReadonlySet<number>;
}

/**
 * Makes the frames of all locations from the answers of the resolver and of perf.
 *
 * @param locations The locations, with the resolver's answers.
 * @param symbols perf's answer for each pending address.
 * @param runtimes Paths of runtimes that are not known by name.
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
