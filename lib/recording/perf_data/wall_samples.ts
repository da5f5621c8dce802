import type { RunState } from "../thread_state.ts";
import type { AddressSpace } from "./address_spaces.ts";
import { AddressKind, type CallChain } from "./call_chain.ts";
import type { FileHeader } from "./file_header.ts";
import type { ThreadSwitches } from "./thread_switches.ts";
import { type WallEvents, wallEvents } from "./wall_events.ts";

/** The thread of a sample, and its event. */
export interface WallSample {
  event: number;
  tid: number;
  time: number;
  space: AddressSpace;
}

/**
 * Makes samples of real time: those of the clock are of threads that run, and a context switch is a
 * sample of all the time until the thread comes back.
 */
export class WallSamples {
  readonly events: WallEvents;
  readonly #switches: ThreadSwitches;

  private constructor(events: WallEvents, switches: ThreadSwitches) {
    this.events = events;
    this.#switches = switches;
  }

  /** Those of a recording of real time; `undefined` where it is another. */
  static of(header: FileHeader, switches: ThreadSwitches): WallSamples | undefined {
    const events = wallEvents(header);
    return events === undefined ? undefined : new WallSamples(events, switches);
  }

  /**
   * The state of the thread, the nanoseconds that a sample stands for, and their end.
   *
   * @param sample The sample.
   * @param weight The weight of a sample of the clock.
   * @returns `undefined` where it stands for no time.
   */
  stateOf(
    { event, tid, time }: WallSample,
    weight: number,
  ): { state: RunState; weight: number; until: number } | undefined {
    if (event === this.events.running) return { state: "running", weight, until: time };
    if (event !== this.events.switches) return undefined;
    const absence = this.#switches.absenceAt(tid, time);
    if (absence === undefined) return undefined;
    return {
      state: absence.isPreempted ? "runnable" : "blocked",
      weight: Math.max(0, absence.until - time),
      until: absence.until,
    };
  }

  /**
   * Takes addresses away that are no code's. The C library is compiled without frame pointers, so
   * where a thread waits in it the kernel may follow another number for the frame pointer.
   */
  cutBehindCode({ event, time, space }: WallSample, chain: CallChain): void {
    if (event !== this.events.switches) return;
    for (let i = 0; i < chain.length; i++) {
      if (chain.kind[i]! & (AddressKind.KERNEL | AddressKind.OTHER)) continue;
      // perf records executable memory only.
      if (space.at(chain.addressAt(i), time).mapping !== undefined) continue;
      chain.length = i;
      return;
    }
  }
}
