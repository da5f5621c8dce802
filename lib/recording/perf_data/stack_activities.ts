import {
  activityOfBuiltin,
  activityOfHandler,
  activityOfSymbol,
  isExit,
  RuntimeActivities,
  type RuntimeActivity,
} from "../../v8_log/runtime_activity.ts";
import { type Frame, isBuiltin, isHandler } from "../frame.ts";
import type { Locations } from "./locations.ts";
import type { LocatedStack } from "./sample_pass.ts";

/** The role of a location for {@linkcode StackActivities}. */
enum Place {
  /** Not looked at yet. */
  UNKNOWN,
  /** Neither of the others: the kernel, a library. */
  OTHER,
  /** The runtime's own C++ code. */
  RUNTIME,
  /** A builtin that only passes a call on to C++ code. */
  EXIT,
  /** A function, a builtin or a bytecode handler: C++ code further in was entered from here. */
  ENTRY,
}

/**
 * Finds the activity of the runtime's C++ code at the inner end of stacks. It learns in the first
 * pass over the samples, and answers in the second.
 */
export class StackActivities {
  readonly #locations: Locations;
  readonly #activities = new RuntimeActivities();
  #places = new Uint8Array(4096);
  /** The activities that the names of entries tell, by location. */
  readonly #entered = new Map<number, RuntimeActivity>();
  readonly #found: number[] = [];
  #start = 0;

  /** @param locations The locations of all stacks. */
  constructor(locations: Locations) {
    this.#locations = locations;
  }

  /** Tells the symbol that perf found at a location; only runtimes with symbols have one. */
  name(location: number, symbol: string): void {
    if (!this.#locations.isRuntimeText(location)) return;
    const activity = activityOfSymbol(symbol);
    if (activity !== undefined) this.#activities.define(location, activity);
  }

  /** Learns from a stack. */
  learn(stack: LocatedStack): void {
    const entered = this.#examine(stack);
    if (this.#found.length > 0) this.#activities.learn(this.#found, entered);
  }

  /**
   * The activity at the inner end of a stack; `undefined` where there is no C++ code of the
   * runtime's or its activity is unknown.
   */
  activityOf(stack: LocatedStack): RuntimeActivity | undefined {
    const entered = this.#examine(stack);
    return this.#found.length === 0 ? undefined : this.#activities.classify(this.#found, entered);
  }

  /** The index of the outermost frame that the last answer of {@linkcode activityOf} covers. */
  get start(): number {
    return this.#start;
  }

  /** Whether a frame for the activity can stand for the code at a location. */
  isPartOfActivity(location: number): boolean {
    const place = this.#places[location]!;
    return place === Place.RUNTIME || place === Place.EXIT;
  }

  #examine({ locations, length }: LocatedStack): RuntimeActivity | undefined {
    this.#found.length = 0;
    for (let i = length - 1; i >= 0; i--) {
      const location = locations[i]!;
      const place = this.#placeOf(location);
      if (place === Place.RUNTIME) this.#found.push(location);
      if (place !== Place.ENTRY) continue;
      this.#start = i + 1;
      return this.#entered.get(location);
    }
    this.#start = 0;
    return undefined;
  }

  #placeOf(location: number): Place {
    if (location >= this.#places.length) {
      const places = new Uint8Array(2 * Math.max(location, this.#places.length));
      places.set(this.#places);
      this.#places = places;
    }
    const known = this.#places[location]! as Place;
    return known !== Place.UNKNOWN ? known : this.#places[location] = this.#find(location);
  }

  #find(location: number): Place {
    const frame = this.#locations.resolved(location)?.frames.at(-1);
    if (frame === undefined) {
      return this.#locations.isRuntimeText(location) ? Place.RUNTIME : Place.OTHER;
    }
    const activity = activityOf(frame);
    if (activity !== undefined) this.#entered.set(location, activity);
    return isBuiltin(frame) && isExit(frame.name) ? Place.EXIT : Place.ENTRY;
  }
}

function activityOf(frame: Frame): RuntimeActivity | undefined {
  if (isBuiltin(frame)) return activityOfBuiltin(frame.name);
  return isHandler(frame) ? activityOfHandler(frame.name) : undefined;
}
