// The package is not in deno.json, because Deno fetches all packages there before any task runs,
// and a profile must not need the network.
// deno-lint-ignore no-import-prefix
import fc from "npm:fast-check@4.10.2";

export { fc };

const isLong = Boolean(Deno.env.get("XPERF_LONG"));

/** The number of inputs; it overrides the tests' numbers. */
const wanted = Deno.env.get("XPERF_INPUTS");

/** The time after which an input has failed, in milliseconds: a hang is a failure, too. */
const LONGEST = 2_000;

/** Options of {@linkcode fuzz}. */
export interface FuzzOptions {
  /** Inputs in a usual run. @default 2000 */
  runs?: number;
  /** Inputs in a long run. @default 1000000 */
  longRuns?: number;
}

/** The seed of usual runs. Each has the same inputs, so only a change of the code can break it. */
const USUAL_SEED = 20_261_124;

/**
 * Tests a property with many random inputs. `XPERF_LONG=1` takes a million and `XPERF_INPUTS` a
 * given number of them, other ones in each run. A failure prints the smallest failing input that
 * was found; `XPERF_SEED` repeats the run.
 *
 * @param name The test's name.
 * @param input Makes the inputs.
 * @param property Throws if it does not hold.
 */
export function fuzz<Input>(
  name: string,
  input: fc.Arbitrary<Input>,
  property: (input: Input) => void | Promise<void>,
  { runs = 2_000, longRuns = 1_000_000 }: FuzzOptions = {},
): void {
  Deno.test(name, async () => {
    const numRuns = Number(wanted ?? (isLong ? longRuns : runs));
    const usual = isLong || wanted ? Math.floor(Math.random() * 2 ** 31) : USUAL_SEED;
    const seed = Number(Deno.env.get("XPERF_SEED") ?? usual);
    console.log(`${numRuns} inputs, XPERF_SEED=${seed}`);
    await fc.assert(
      fc.asyncProperty(input, async (value) => {
        const start = performance.now();
        await property(value);
        const took = performance.now() - start;
        if (took > LONGEST) throw new Error(`it takes ${Math.round(took)} ms`);
      }),
      { numRuns, seed },
    );
  });
}

/** Calls a function that may throw certain errors, and no other. */
export function attempt<Result>(
  action: () => Result,
  // deno-lint-ignore no-explicit-any -- any error's constructor
  ...allowed: (new (...args: any[]) => Error)[]
): Result | undefined {
  try {
    return action();
  } catch (error) {
    if (allowed.some((type) => error instanceof type)) return undefined;
    throw error;
  }
}

/** Texts that are made of certain pieces, and of anything. */
export function textOf(pieces: readonly string[], maxLength = 40): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
    { weight: 1, arbitrary: fc.nat().map(String) },
  );
  return fc.array(piece, { maxLength, size: "max" }).map((parts) => parts.join(""));
}

/** A text with a few places changed: cut out, doubled, or replaced by something else. */
export function mutated(
  text: fc.Arbitrary<string>,
  pieces: readonly string[],
): fc.Arbitrary<string> {
  const place = fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom("", ...pieces));
  return fc.tuple(text, fc.array(place, { minLength: 1, maxLength: 4 })).map(([whole, places]) =>
    places.reduce((current, [at, length, replacement]) => {
      const start = at % (current.length + 1);
      return current.slice(0, start) + replacement + current.slice(start + length);
    }, whole)
  );
}
