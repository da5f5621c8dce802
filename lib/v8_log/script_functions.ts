import type { SourceKind } from "../source/syntax_tree.ts";
import { lastUpTo } from "../source/line_starts.ts";
import { type FunctionNames, functionNames, type NamedFunction } from "../source/function_names.ts";

/**
 * The longest script that is parsed, in UTF-16 code units. The functions of longer ones have V8's
 * names.
 */
const MAX_PARSED = 32 << 20;

const NO_NAMES: FunctionNames = {
  functions: new Map(),
  initializers: { instance: new Map(), static: new Map() },
};

/**
 * The functions of a script, packed: a large program has a hundred thousand, of which few are asked
 * for.
 */
export class ScriptFunctions {
  readonly #functions: PackedFunctions;
  readonly #instance: PackedFunctions;
  readonly #static: PackedFunctions;

  /** @param source The script's text, without an inline source map. */
  constructor(source: string) {
    const { functions, initializers } = parse(source);
    this.#functions = new PackedFunctions(functions);
    this.#instance = new PackedFunctions(initializers.instance);
    this.#static = new PackedFunctions(initializers.static);
  }

  /** About how much memory it takes, in bytes. */
  get size(): number {
    return this.#functions.size + this.#instance.size + this.#static.size;
  }

  /**
   * The function that starts at an offset.
   *
   * @param start The offset that V8 gives.
   * @param v8Name V8's name, which in older versions tells the initialisers of a class apart.
   */
  at(start: number, v8Name: string): NamedFunction | undefined {
    if (v8Name === "<instance_members_initializer>") return this.#instance.get(start);
    if (v8Name === "<static_initializer>") return this.#static.get(start);
    return this.#functions.get(start) ?? this.#instance.get(start) ?? this.#static.get(start);
  }
}

/** Names, one behind the other in one string. */
class PackedFunctions {
  readonly #names: string;
  readonly #starts: Float64Array;
  /** Where each name ends in the string. */
  readonly #ends: Uint32Array;
  readonly #offsets: Uint32Array;

  constructor(functions: ReadonlyMap<number, NamedFunction>) {
    const sorted = [...functions].sort(([a], [b]) => a - b);
    this.#starts = Float64Array.from(sorted, ([start]) => start);
    this.#offsets = Uint32Array.from(sorted, ([, { offset }]) => offset);
    this.#ends = new Uint32Array(sorted.length);
    let length = 0;
    for (let i = 0; i < sorted.length; i++) this.#ends[i] = length += sorted[i]![1].name.length;
    this.#names = sorted.map(([, { name }]) => name).join("");
  }

  get size(): number {
    return this.#starts.length * 16 + this.#names.length * 2 + 300;
  }

  get(start: number): NamedFunction | undefined {
    const i = lastUpTo(this.#starts, start);
    if (i < 0 || this.#starts[i] !== start) return undefined;
    const name = this.#names.slice(i === 0 ? 0 : this.#ends[i - 1], this.#ends[i]);
    return { name, offset: this.#offsets[i]! };
  }
}

function parse(source: string): FunctionNames {
  if (source.length > MAX_PARSED) return NO_NAMES;
  for (const kind of kindsOf(source)) {
    try {
      return functionNames(source, kind);
    } catch {
      // The next kind may fit. Deep nesting can overflow the stack in both; then V8's own names are
      // used.
    }
  }
  return NO_NAMES;
}

/** Kinds of source to try in turn: those with a module's words as a module first. */
function kindsOf(source: string): SourceKind[] {
  return /(?:^|[;\s}])(?:import\b\s*[\w{*"'.(]|export\b\s*[\w{*])/.test(source)
    ? ["module", "commonjs"]
    : ["commonjs", "module"];
}
