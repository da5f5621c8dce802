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

/** The part that a location plays for {@linkcode StackActivities}. */
enum Place {
  /** Not looked at yet. */
  UNKNOWN,
  /** Neither of the others: the kernel, a library. */
  OTHER,
  /** The runtime's own C++ code. */
  RUNTIME,
  /** A builtin that only passes a call on into C++ code. */
  EXIT,
  /** A function, a builtin or a bytecode handler: C++ code further in was entered from here. */
  ENTRY,
}

/**
 * Finds out what the runtime's C++ code at the inner end of stacks is busy with. The first time through
 * the samples it learns, the second time it answers.
 */
export class StackActivities {
  readonly #locations: Locations;
  readonly #activities = new RuntimeActivities();
  #places = new Uint8Array(4096);
  /** By location of an entry: what its name says. */
  readonly #entered = new Map<number, RuntimeActivity>();
  readonly #found: number[] = [];
  #start = 0;

  /** @param locations The locations of all stacks. */
  constructor(locations: Locations) {
    this.#locations = locations;
  }

  /** Says what perf calls the code at a location, as runtimes with symbols have it. */
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
   * The activity at the inner end of a stack; `undefined` where there is no C++ code of the runtime's or
   * where nothing tells.
   */
  activityOf(stack: LocatedStack): RuntimeActivity | undefined {
    const entered = this.#examine(stack);
    return this.#found.length === 0 ? undefined : this.#activities.classify(this.#found, entered);
  }

  /** Where the part of the stack begins that {@linkcode activityOf} has answered for. */
  get start(): number {
    return this.#start;
  }

  /** Whether a location tells nothing where its activity is known. */
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
