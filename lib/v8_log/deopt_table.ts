/** The most different deoptimisations that are kept. */
const MAX_ROWS = 200_000;

/** The most different reasons that are kept; V8 has about a hundred. */
const MAX_REASONS = 1_000;

/** A deoptimisation: optimised code whose assumption was wrong. */
export interface Deoptimisation {
  /** Time, in µs of the log. */
  time: number;
  /** Number of the piece of code. */
  piece: number;
  /** Index of the inlined function whose assumption was wrong; -1 for the piece's own function. */
  inlined: number;
  /** Offset of the expression in that function's script; -1 where V8 does not say. */
  position: number;
  /** V8's name of the kind, such as `deopt-eager`. */
  kind: string;
  /** V8's reason, such as `wrong map`. */
  reason: string;
}

/** Equal deoptimisations. */
export interface DeoptRow extends Deoptimisation {
  /** Time of the last one, in µs of the log. */
  last: number;
  /** Their number. */
  count: number;
}

/**
 * Counts the deoptimisations that a log tells of. Equal ones are one row, because a loop can
 * deoptimise a hundred thousand times a second.
 */
export class DeoptTable {
  readonly #rows = new Map<string, DeoptRow>();
  /** One string for all equal ones, since those of the log are slices of its text. */
  readonly #words = new Map<string, string>();

  /** Counts a deoptimisation. One that is new is left out where the table is full. */
  add(deopt: Deoptimisation): void {
    const { piece, inlined, position, kind, reason, time } = deopt;
    const key = `${piece} ${inlined} ${position} ${kind} ${reason}`;
    const known = this.#rows.get(key);
    if (known !== undefined) {
      known.count++;
      known.last = Math.max(known.last, time);
    } else if (this.#rows.size < MAX_ROWS) {
      this.#rows.set(key, {
        ...deopt,
        kind: this.#word(kind),
        reason: this.#word(reason),
        last: time,
        count: 1,
      });
    }
  }

  /** All rows, in the order of their first times. */
  rows(): Iterable<DeoptRow> {
    return this.#rows.values();
  }

  #word(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    if (this.#words.size < MAX_REASONS) this.#words.set(text, text);
    return text;
  }
}
