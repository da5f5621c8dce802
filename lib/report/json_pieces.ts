/** Elements of an array that become one piece of text. */
const PER_PIECE = 1024;

/**
 * The JSON of a value, in pieces: a string of V8's has at most 2^29 − 24 characters
 * (v8/include/v8-primitive.h, `String::kMaxLength`), which large recordings exceed.
 *
 * @param value Plain data. Arrays in it that are long come piece by piece.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    yield "[";
    for (let start = 0; start < value.length; start += PER_PIECE) {
      const part = JSON.stringify(value.slice(start, start + PER_PIECE));
      yield (start === 0 ? "" : ",") + part.slice(1, -1);
    }
    yield "]";
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
