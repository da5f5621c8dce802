import type { ForkEvent, MapEvent, SideEvent } from "./side_events.ts";

/** Executable memory of a process. */
export interface Mapping {
  start: number;
  end: number;
  /** The offset of `start` in the file. */
  offset: number;
  /** The file, or the kernel's name for memory without a file. */
  path: string;
}

/** The mapping that has an address, and the time during which it does. */
export interface MappingAt {
  /** `undefined` where no mapping is known. */
  mapping: Mapping | undefined;
  from: number;
  to: number;
}

/** Names of memory without a file (`is_anon_memory` in tools/perf/util/map.c). */
const ANONYMOUS =
  /^(?:\/\/anon|\/dev\/zero|\/anon_hugepage|\[anon|\[heap\]|\[stack|\/memfd:|anon_inode|\/SYSV)/;

/** Whether memory holds code that a program has made. */
export function isGenerated({ path }: Mapping): boolean {
  return ANONYMOUS.test(path);
}

/** A change of a part of an address space; the latest one that covers an address counts. */
interface Change {
  /** Number among the changes of all spaces. */
  order: number;
  time: number;
  start: number;
  end: number;
  mapping?: Mapping;
  /** The process whose memory was copied. */
  parent?: AddressSpace;
}

/** The executable memory of one process, at all times. */
export class AddressSpace {
  readonly pid: number;
  /** The number of the space, from 1. */
  readonly id: number;
  /** In the order of time. */
  readonly #changes: Change[] = [];

  constructor(pid: number, id: number) {
    this.pid = pid;
    this.id = id;
  }

  /** Finds the mapping that has an address at a time. */
  at(address: number, time: number): MappingAt {
    let to = Infinity;
    const change = this.#changes.findLast((change) => {
      if (address < change.start || address >= change.end) return false;
      if (change.time <= time) return true;
      to = change.time;
      return false;
    });
    if (change === undefined) return { mapping: undefined, from: -Infinity, to };
    // A fork copied the parent's memory, so the parent's last change before the fork counts.
    let origin: Change | undefined = change;
    while (origin?.parent !== undefined) {
      const { parent, order }: Change = origin;
      origin = parent.#changes.findLast((earlier) =>
        earlier.order < order && earlier.start <= address && address < earlier.end
      );
    }
    return { mapping: origin?.mapping, from: change.time, to };
  }

  /**
   * Adds memory. V8 makes pages writable and executable again and again, and the kernel reports
   * each time; a report of memory that is known already changes nothing.
   *
   * @param event The new mapping.
   * @param order Its number among all events.
   * @returns Whether the mapping is new.
   */
  map({ time, start, size, offset, path }: MapEvent, order: number): boolean {
    const end = start + size;
    const known = this.#changes.findLast((change) => change.start < end && start < change.end);
    const { mapping } = known ?? {};
    if (
      mapping !== undefined && mapping.path === path && mapping.start <= start &&
      end <= mapping.end &&
      (isGenerated(mapping) || mapping.offset - mapping.start === offset - start)
    ) return false;
    this.#changes.push({ order, time, start, end, mapping: { start, end, offset, path } });
    return true;
  }

  /** Replaces all memory, by none or by a copy of another process's memory. */
  replace(time: number, order: number, parent?: AddressSpace): void {
    this.#changes.push({ order, time, start: -Infinity, end: Infinity, parent });
  }
}

/** The address spaces of all processes. */
export class AddressSpaces {
  readonly #spaces = new Map<number, AddressSpace>();
  /** The events that perf needs to find symbols, in the order of time. */
  readonly telling: SideEvent[] = [];

  /** @param events The events of the recording, in the order of time. */
  constructor(events: readonly SideEvent[]) {
    for (const [order, event] of events.entries()) {
      if (this.#apply(event, order)) this.telling.push(event);
    }
  }

  /** The space of a process. */
  of(pid: number): AddressSpace {
    let space = this.#spaces.get(pid);
    if (space === undefined) {
      this.#spaces.set(pid, space = new AddressSpace(pid, this.#spaces.size + 1));
    }
    return space;
  }

  /** The processes of spaces. */
  pidsOf(ids: ReadonlySet<number>): Set<number> {
    const spaces = [...this.#spaces.values()].filter(({ id }) => ids.has(id));
    return new Set(spaces.map(({ pid }) => pid));
  }

  #apply(event: SideEvent, order: number): boolean {
    switch (event.kind) {
      case "map":
        // The kernel's own memory belongs to no process.
        return event.pid < 0 || this.of(event.pid).map(event, order);
      case "comm":
        if (event.isExec) this.of(event.pid).replace(event.time, order);
        return event.pid === event.tid;
      case "fork":
        return this.#fork(event, order);
      default:
        return true;
    }
  }

  #fork({ pid, parentPid, time, inheritsMemory }: ForkEvent, order: number): boolean {
    if (pid === parentPid) return false;
    this.of(pid).replace(time, order, inheritsMemory ? this.of(parentPid) : undefined);
    return true;
  }
}
