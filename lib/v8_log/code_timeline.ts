import { lastUpTo } from "../source/line_starts.ts";
import { HOLE, type PieceTable } from "./code_table.ts";
import { OrderedSet } from "./ordered_set.ts";

/** The most starts of dead code that a look-up passes: 2 MB in steps of 64 bytes. */
const MAX_STEPS = 1 << 15;

/** Finds the code that stood at an address at a time. */
export class CodeTimeline {
  readonly #pieces: PieceTable;
  /** All addresses at which code ever started, ascending. */
  readonly #starts: Float64Array;
  /** Where in `#byStart` the run of each start begins. */
  readonly #runs: Uint32Array;
  /** The pieces, by start and then by time. */
  readonly #byStart: Uint32Array;
  #largest = 0;

  /**
   * @param pieces All pieces, in the order of their times. The constructor sets the ends of those
   * that later pieces overlap.
   */
  constructor(pieces: PieceTable) {
    this.#pieces = pieces;
    const { length } = pieces;
    const sorted = pieces.start.slice(0, length).sort();
    let count = 0;
    for (let i = 0; i < length; i++) {
      if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i]!;
    }
    this.#starts = sorted.subarray(0, count);
    this.#runs = new Uint32Array(count + 1);
    const places = new Uint32Array(length);
    for (let piece = 0; piece < length; piece++) {
      places[piece] = lastUpTo(this.#starts, pieces.start[piece]!);
      this.#runs[places[piece]! + 1]!++;
      this.#largest = Math.max(this.#largest, pieces.size[piece]!);
    }
    for (let i = 0; i < count; i++) this.#runs[i + 1]! += this.#runs[i]!;
    const next = this.#runs.slice();
    this.#byStart = new Uint32Array(length);
    for (let piece = 0; piece < length; piece++) this.#byStart[next[places[piece]!]!++] = piece;
    endPieces(pieces, places, this.#starts);
  }

  /** The piece at an address at a time, in µs of the log; -1 where there is none. */
  find(address: number, time: number): number {
    const { start, size, time: times, end, function: functions } = this.#pieces;
    const starts = this.#starts;
    let place = lastUpTo(starts, address);
    for (let steps = 0; place >= 0 && steps < MAX_STEPS; place--, steps++) {
      if (address - starts[place]! >= this.#largest) return -1;
      const piece = this.#lastAt(place, time, times);
      if (piece < 0) continue;
      if (end[piece]! <= time && end[piece] !== Infinity) continue;
      // Pieces that are there at one time do not overlap, so no piece further down can reach the
      // address.
      const isIn = address - start[piece]! < size[piece]! && functions[piece] !== HOLE;
      return isIn ? piece : -1;
    }
    return -1;
  }

  /** Whether code was ever near an address, so that another time could find some there. */
  mayKnow(address: number): boolean {
    const place = lastUpTo(this.#starts, address);
    return place >= 0 && address - this.#starts[place]! < this.#largest;
  }

  /** The last piece at a start that is not later than a time; -1 where there is none. */
  #lastAt(place: number, time: number, times: Float64Array): number {
    let low = this.#runs[place]! - 1;
    const first = low;
    let high = this.#runs[place + 1]! - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[this.#byStart[middle]!]! <= time) low = middle;
      else high = middle - 1;
    }
    return low === first ? -1 : this.#byStart[low]!;
  }
}

/**
 * Ends each piece at the time of the first later piece that overlaps it, since V8 does not log the
 * end of code.
 */
function endPieces(pieces: PieceTable, places: Uint32Array, starts: Float64Array): void {
  const { length, size, time, end } = pieces;
  const alive = new OrderedSet(starts.length);
  const pieceAt = new Uint32Array(starts.length);
  const endAt = (place: number, at: number) => {
    const piece = pieceAt[place]!;
    end[piece] = Math.min(end[piece]!, at);
    alive.delete(place);
  };
  for (let piece = 0; piece < length; piece++) {
    const place = places[piece]!;
    const start = starts[place]!;
    const before = alive.before(place);
    if (before >= 0 && starts[before]! + size[pieceAt[before]!]! > start) {
      endAt(before, time[piece]!);
    }
    const limit = start + size[piece]!;
    for (let next; (next = alive.from(place)) >= 0 && starts[next]! < limit;) {
      endAt(next, time[piece]!);
    }
    pieceAt[place] = piece;
    alive.add(place);
  }
}
