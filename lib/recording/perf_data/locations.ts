import type { CodeResolver, ResolvedCode } from "../code_resolver.ts";
import { type Frame, isRuntimeModule } from "../frame.ts";
import { type AddressSpace, isGenerated, type Mapping, type MappingAt } from "./address_spaces.ts";
import { AddressKind } from "./call_chain.ts";

/** A bit beside {@linkcode AddressKind}: the resolver did not know the code at that time. */
const UNRESOLVED = 8;

/** The space of the kernel's addresses, which are the same in all processes. */
const NO_SPACE = 0;

/** An address whose symbol perf is to find. */
export interface PendingAddress {
  /** The location that it is for. */
  location: number;
  /** The process in which the address was seen, and the time when it was first seen there. */
  pid: number;
  time: number;
  /** The address to look up; for a caller in a file, the last byte of its call instruction. */
  low: number;
  high: number;
  isKernel: boolean;
  /** The memory that it is in; `undefined` for the kernel's. */
  mapping?: Mapping;
}

/** An address that was seen. */
interface Address {
  low: number;
  high: number;
  /** {@linkcode AddressKind}s. */
  kind: number;
  time: number;
}

/**
 * Numbers locations. A location is an address in a process for as long as the same code is there.
 * perf looks up the addresses that the resolver does not know.
 */
export class Locations {
  /** Addresses that perf is to look up. */
  readonly pending: PendingAddress[] = [];
  readonly #resolver: CodeResolver | undefined;
  readonly #runtimes: readonly string[];
  readonly #columns = new LocationColumns();
  /** The resolver's frames by location, outermost first. */
  readonly #resolved = new Map<number, { frames: readonly Frame[]; yieldsToMap: boolean }>();
  readonly #pendingOf = new Map<number, number>();
  /** Locations in the runtime's own program that the resolver does not know. */
  readonly #runtimeText = new Set<number>();

  /**
   * @param options The resolver of generated code, and paths of runtimes that are not known by
   * name.
   */
  constructor({ resolver, runtimes }: { resolver?: CodeResolver; runtimes: readonly string[] }) {
    this.#resolver = resolver;
    this.#runtimes = runtimes;
  }

  /** The number of locations; they are numbered from 0. */
  get length(): number {
    return this.#columns.length;
  }

  /**
   * Ends the first pass over the samples. From now on {@linkcode find} searches all locations of an
   * address, and makes none where an older one holds.
   */
  complete(): void {
    this.#columns.isComplete = true;
  }

  /** The process of a location; 0 for the kernel. */
  spaceOf(location: number): number {
    return this.#columns.spaceOf(location);
  }

  /** The time from which the location's code is at its address. */
  from(location: number): number {
    return this.#columns.from(location);
  }

  /**
   * The time until which the location's code is there. A location that the resolver did not know
   * has ended already, so its address is looked up again for each sample.
   */
  to(location: number): number {
    const isFleeting = (this.#columns.kindOf(location) & UNRESOLVED) !== 0;
    return isFleeting ? -Infinity : this.#columns.to(location);
  }

  /** The resolver's answer. */
  resolved(
    location: number,
  ): { frames: readonly Frame[]; yieldsToMap: boolean } | undefined {
    return this.#resolved.get(location);
  }

  /** Whether a location is in the runtime's own program, and in no code that the resolver knows. */
  isRuntimeText(location: number): boolean {
    return this.#runtimeText.has(location);
  }

  /** The index in {@linkcode Locations.pending}; `undefined` where perf need not look it up. */
  pendingOf(location: number): number | undefined {
    return this.#pendingOf.get(location);
  }

  /**
   * Finds an address in a process.
   *
   * @param space The memory of the process.
   * @param low The address's lower 32 bits.
   * @param high Its upper 32 bits.
   * @param kind {@linkcode AddressKind}s.
   * @param time The time when it was seen.
   */
  find(space: AddressSpace, low: number, high: number, kind: number, time: number): number {
    const id = kind & AddressKind.KERNEL ? NO_SPACE : space.id;
    const known = this.#columns.find(id, low, high, kind, time);
    return known >= 0 ? known : this.#make(space, { low, high, kind, time });
  }

  #make(space: AddressSpace, address: Address): number {
    const { kind } = address;
    const isKernel = (kind & AddressKind.KERNEL) !== 0;
    if (isKernel || kind & AddressKind.OTHER) {
      const key = { ...address, space: isKernel ? NO_SPACE : space.id };
      const location = this.#columns.add(key, -Infinity, Infinity);
      if (isKernel) this.#leaveToPerf(location, { pid: space.pid }, address);
      return location;
    }
    const place = placeOf(space, address);
    const { mapping, isOpen } = place;
    if (
      this.#resolver !== undefined && (isOpen || isRuntimeModule(mapping!.path, this.#runtimes))
    ) {
      const code = this.#resolver.framesAt(
        space.pid,
        numberOf(address),
        address.time,
        (kind & AddressKind.CALLER) !== 0,
      );
      if (code !== undefined) return this.#makeResolved(space, address, { place, code });
      // A file's code does not change, but generated code may be known at another time.
      if (isOpen) return this.#makeUnresolved(space, address, place);
    }
    const location = this.#add(space, address, place);
    if (!isOpen && isRuntimeModule(mapping!.path, this.#runtimes)) this.#runtimeText.add(location);
    return location;
  }

  #makeResolved(
    space: AddressSpace,
    address: Address,
    { place, code }: { place: Place; code: ResolvedCode },
  ): number {
    const { frames, yieldsToMap = false } = code;
    const isLeft = frames === undefined || yieldsToMap;
    // An answer holds at least for the time that was asked for.
    const location = this.#add(space, address, {
      ...place,
      mapping: isLeft ? place.mapping : undefined,
      from: Math.min(Math.max(place.from, code.from), address.time),
      to: Math.max(Math.min(place.to, code.to), timeAfter(address.time)),
    });
    if (frames !== undefined) this.#resolved.set(location, { frames, yieldsToMap });
    else if (!place.isOpen) this.#runtimeText.add(location);
    return location;
  }

  #makeUnresolved(space: AddressSpace, address: Address, place: Place): number {
    const { low, high, time } = address;
    const kind = address.kind | UNRESOLVED;
    const known = this.#columns.find(space.id, low, high, kind, time);
    return known >= 0 ? known : this.#add(space, { ...address, kind }, place);
  }

  /** Adds a location in a process. Where a mapping is given, perf looks the address up. */
  #add(space: AddressSpace, address: Address, { mapping, isOpen, from, to }: Place): number {
    const location = this.#columns.add({ ...address, space: space.id }, from, to);
    if (mapping === undefined) return location;
    const kind = isOpen ? address.kind & ~AddressKind.CALLER : address.kind;
    this.#leaveToPerf(location, { pid: space.pid, mapping }, { ...address, kind });
    return location;
  }

  #leaveToPerf(
    location: number,
    { pid, mapping }: { pid: number; mapping?: Mapping },
    { low, high, kind, time }: Address,
  ): void {
    // A compiler may end a function with a call that never returns. The return address is then in
    // the next function, so the call's own last byte is looked up.
    const isCaller = (kind & AddressKind.CALLER) !== 0;
    const borrows = isCaller && low === 0;
    this.#pendingOf.set(location, this.pending.length);
    this.pending.push({
      mapping,
      location,
      pid,
      time,
      low: isCaller ? (low - 1) >>> 0 : low,
      high: borrows ? (high - 1) >>> 0 : high,
      isKernel: (kind & AddressKind.KERNEL) !== 0,
    });
  }
}

/** The mapping that has an address. */
interface Place extends MappingAt {
  /** Whether programs can make code there: it has no file, or nothing is known of it. */
  isOpen: boolean;
}

/**
 * Finds the mapping of an address. In files a caller is looked up at its call. In generated code it
 * is looked up where the call returns to, as perf does: V8's functions do not end with calls.
 */
function placeOf(space: AddressSpace, address: Address): Place {
  const number = numberOf(address);
  const at = space.at(number, address.time);
  if (at.mapping !== undefined && isGenerated(at.mapping)) return { ...at, isOpen: true };
  const found = address.kind & AddressKind.CALLER ? space.at(number - 1, address.time) : at;
  return { ...found, isOpen: found.mapping === undefined || isGenerated(found.mapping) };
}

function numberOf({ low, high }: Address): number {
  return high * 2 ** 32 + low;
}

interface LocationKey {
  space: number;
  low: number;
  high: number;
  kind: number;
}

/** Numbers of a key: space, low, high, kind. */
const KEY = 4;

/**
 * Locations in typed arrays, with a hash table. Values that are compared together are stored
 * together, because a processor's cache does not hold all locations. Locations of one key hold at
 * different times, and form a ring in the order in which they were made. The table's entry is the
 * location that was found last: the next search nearly always wants it, or its successor in the
 * ring.
 */
class LocationColumns {
  length = 0;
  /** Whether the first pass is over: then {@linkcode find} must search the whole ring. */
  isComplete = false;
  /** {@linkcode KEY} numbers a location. */
  #keys = new Int32Array(4096 * KEY);
  /** Start and end of each location's time: two numbers a location. */
  #spans = new Float64Array(4096 * 2);
  /** The next location of the ring. */
  #next = new Int32Array(4096);
  /** Locations by hash, each plus 1; 0 where an entry is free. */
  #table = new Int32Array(8192);

  spaceOf(location: number): number {
    return this.#keys[location * KEY]!;
  }

  kindOf(location: number): number {
    return this.#keys[location * KEY + 3]!;
  }

  from(location: number): number {
    return this.#spans[location * 2]!;
  }

  to(location: number): number {
    return this.#spans[location * 2 + 1]!;
  }

  /** Finds a location; -1 where there is none. */
  find(space: number, low: number, high: number, kind: number, time: number): number {
    const slot = this.#slotOf(space, low, high, kind);
    const head = this.#table[slot]! - 1;
    if (head < 0) return -1;
    const spans = this.#spans;
    if (spans[head * 2]! <= time && time < spans[head * 2 + 1]!) return head;
    // Samples come nearly in order, so no location follows the newest one yet.
    const isNewest = this.#next[head]! <= head;
    if (isNewest && !this.isComplete && time >= spans[head * 2 + 1]!) return -1;
    for (let at = this.#next[head]!; at !== head; at = this.#next[at]!) {
      if (time < spans[at * 2]! || time >= spans[at * 2 + 1]!) continue;
      this.#table[slot] = at + 1;
      return at;
    }
    return -1;
  }

  add({ space, low, high, kind }: LocationKey, from: number, to: number): number {
    if (this.length === this.#next.length) this.#grow();
    const location = this.length++;
    this.#keys.set([space, low, high, kind], location * KEY);
    this.#spans.set([from, to], location * 2);
    const slot = this.#slotOf(space, low, high, kind);
    const head = this.#table[slot]! - 1;
    this.#next[location] = head < 0 ? location : this.#next[head]!;
    if (head >= 0) this.#next[head] = location;
    this.#table[slot] = location + 1;
    return location;
  }

  /** The table's entry for a key: its own, or a free one. */
  #slotOf(space: number, low: number, high: number, kind: number): number {
    const mask = this.#table.length - 1;
    const keys = this.#keys;
    for (let at = hash(space, low, high, kind) & mask;; at = (at + 1) & mask) {
      const key = (this.#table[at]! - 1) * KEY;
      if (key < 0) return at;
      if (
        keys[key + 1] === (low | 0) && keys[key + 2] === (high | 0) && keys[key] === space &&
        keys[key + 3] === kind
      ) return at;
    }
  }

  #grow(): void {
    const [keys, spans, next, table] = [this.#keys, this.#spans, this.#next, this.#table];
    this.#keys = new Int32Array(2 * keys.length);
    this.#spans = new Float64Array(2 * spans.length);
    this.#next = new Int32Array(2 * next.length);
    this.#keys.set(keys);
    this.#spans.set(spans);
    this.#next.set(next);
    this.#table = new Int32Array(2 * table.length);
    for (const entry of table) {
      if (entry === 0) continue;
      const [space, low, high, kind] = keys.subarray((entry - 1) * KEY, entry * KEY);
      this.#table[this.#slotOf(space!, low!, high!, kind!)] = entry;
    }
  }
}

/** Returns a later time, also where two neighbouring doubles are more than a nanosecond apart. */
function timeAfter(time: number): number {
  return Math.max(time + 1, time * (1 + 2 * Number.EPSILON));
}

/** Multipliers of MurmurHash3 (https://github.com/aappleby/smhasher). */
function hash(space: number, low: number, high: number, kind: number): number {
  let mixed = Math.imul(low, 0xcc9e2d51);
  mixed ^= Math.imul(high + 31 * space + kind, 0x1b873593);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
