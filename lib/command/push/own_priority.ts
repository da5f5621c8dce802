import * as os from "node:os";

import { listDirectory } from "../logs/namespace_maps.ts";

/**
 * A low priority (setpriority(2)). Beside a busy thread of usual priority it has a tenth of a core, which
 * is enough to keep up. With the lowest, 19, it would have 1.5 %, less than reading windows takes
 * (sched_prio_to_weight in kernel/sched/core.c: 1024, 110 and 15).
 */
const LOW = 10;

/**
 * The priority of this process. Reading windows can wait, so the program that is sampled comes first
 * where processors are busy.
 */
export class OwnPriority {
  /** The priority that this process was started with, while it has a low one. */
  #usual: number | undefined;

  /**
   * Gives this process a low priority. Processes that it starts from now on inherit it; those
   * that run already keep theirs.
   */
  lower(): void {
    const usual = priorityOf();
    if (this.#usual !== undefined || usual === undefined || usual >= LOW) return;
    this.#usual = usual;
    setPriority(LOW);
  }

  /**
   * Gives this process its usual priority again. Linux allows that with CAP_SYS_NICE only; otherwise
   * the priority stays low.
   */
  raise(): void {
    if (this.#usual !== undefined) setPriority(this.#usual);
    this.#usual = undefined;
  }
}

function priorityOf(): number | undefined {
  try {
    return os.getPriority();
  } catch {
    // The runtime does not allow it.
    return undefined;
  }
}

/** In Linux each thread has a priority of its own, and hands it on to threads that it starts. */
function setPriority(priority: number): void {
  for (const thread of listDirectory("/proc/self/task")) {
    try {
      os.setPriority(Number(thread), priority);
    } catch {
      // The thread has ended, or this process may not.
    }
  }
}
