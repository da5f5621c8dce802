/** Elements of an array that become one piece of text. */
const PER_PIECE = 1024;

/** An element of an array that is long itself, or has generators in it. */
export class LargeElement {
  /** The element. */
  readonly value: unknown;

  /** @param value The element. */
  constructor(value: unknown) {
    this.value = value;
  }
}

/**
 * The JSON of a value, in pieces: a string of V8's has at most 2^29 − 24 characters
 * (v8/include/v8-primitive.h, `String::kMaxLength`), which large recordings exceed.
 *
 * @param value Plain data. Arrays in it come piece by piece. Typed arrays and generators become
 * arrays, so that long ones need not be in memory as objects. Elements of an array come whole, except
 * {@linkcode LargeElement}s.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (isIterable(value)) {
    let [part, separator]: [unknown[], string] = [[], "["];
    for (const element of value) {
      if (element instanceof LargeElement) {
        yield part.length > 0 ? `${separator}${JSON.stringify(part).slice(1, -1)},` : separator;
        yield* jsonPieces(element.value);
        [part, separator] = [[], ","];
        continue;
      }
      if (part.push(element) < PER_PIECE) continue;
      yield separator + JSON.stringify(part).slice(1, -1);
      [part, separator] = [[], ","];
    }
    yield part.length > 0 || separator === "["
      ? `${separator}${JSON.stringify(part).slice(1, -1)}]`
      : "]";
  } else if (typeof value === "object" && value !== null) {
    let separator = "{";
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${separator}${JSON.stringify(key)}:`;
      yield* jsonPieces(member);
      separator = ",";
    }
    yield separator === "{" ? "{}" : "}";
  } else yield JSON.stringify(value);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}
