/*
 * Tells what the runtime's own machine code is busy with. Deno's binary has no symbols, so perf
 * shows its C++ as addresses without a name. The builtin that entered the C++ code has a name, by
 * V8's log, and most builtins enter C++ for one reason: `CompileLazy` to compile,
 * `AllocateInYoungGeneration` to collect garbage. The names of builtins are those of
 * src/builtins/builtins-definitions.h in V8.
 */

/** A reason for which V8's C++ code runs. */
export type RuntimeActivity =
  | "compile"
  | "optimise"
  | "inline cache"
  | "deoptimise"
  | "garbage collection"
  | "regular expression"
  | "embedder";

/** All activities, in the order in which reports list them. */
export const RUNTIME_ACTIVITIES: readonly RuntimeActivity[] = [
  "garbage collection",
  "compile",
  "optimise",
  "deoptimise",
  "inline cache",
  "regular expression",
  "embedder",
];

/** The first pattern that matches a builtin's name decides. */
const BY_BUILTIN: readonly (readonly [RuntimeActivity, RegExp])[] = [
  ["deoptimise", /Deoptimi[sz]|PrologueDeopt$/],
  [
    "compile",
    /^(?:CompileLazy|GlobalEval|\w*FunctionConstructor|InstantiateAsmJs|WasmCompileLazy)$/,
  ],
  [
    "optimise",
    /^(?:Start\w+OptimizeJob|Optimize\w+Eager|\w*OnStackReplacement\w*|MaglevOptimizeCodeOr\w*|BaselineOutOfLinePrologue|FunctionLogNextExecution|InterpreterEntryTrampoline\w*)$/,
  ],
  [
    "embedder",
    /^(?:CallApi|HandleApiC|CallFunctionTemplate|CallNamedInterceptor|\w*InterceptorIC)/,
  ],
  ["regular expression", /^(?:RegExp|CreateRegExpLiteral|StringPrototypeMatch)/],
  [
    "garbage collection",
    /^(?:Allocate|FastNew|New\w+(?:Elements|Number)$|Create(?:Empty|Shallow|Generator|IterResult)|Grow\w+Elements|RecordWrite|EphemeronKeyBarrier|IndirectPointerBarrier|\w*ArrayPrototypePush$|ArrayPush$|ExtractFastJSArray|CloneFastJSArray|StringAdd|Wasm\w*Allocate)/,
  ],
  [
    "inline cache",
    /IC(?:$|_|Trampoline|Baseline|[A-Z]\w*Baseline$)|_WithFeedback$|_Baseline$|^InstanceOf/,
  ],
];

/** Bytecode handlers that look something up by an inline cache (src/interpreter/bytecodes.h). */
const CACHING_HANDLER =
  /^(?:(?:Get|Set|Define|Sta|Lda|Has)\w*(?:Property|Global|Keyed|Named|Own|Literal)\w*|TestInstanceOf|TestIn|Lda(?:Lookup)?Global\w*|CloneObject|GetIterator)(?:\.|$)/;

/** Bytecode handlers that allocate. */
const ALLOCATING_HANDLER = /^Create\w+(?:\.|$)/;

/**
 * Returns the reason for which a builtin enters C++ code.
 *
 * @param name The builtin's name in V8's log, such as `CompileLazy`.
 * @returns `undefined` where it can be for several reasons.
 */
export function activityOfBuiltin(name: string): RuntimeActivity | undefined {
  return BY_BUILTIN.find(([, pattern]) => pattern.test(name))?.[0];
}

/**
 * Returns the reason for which a bytecode handler enters C++ code; `undefined` where it can be for
 * several reasons.
 */
export function activityOfHandler(name: string): RuntimeActivity | undefined {
  if (CACHING_HANDLER.test(name)) return "inline cache";
  return ALLOCATING_HANDLER.test(name) ? "garbage collection" : undefined;
}

/**
 * Builtins that only pass a call on to C++ code. The builtin outside of such a one tells the
 * reason.
 */
const EXIT = /^(?:Wasm)?CEntry|^DirectCEntry$|^AdaptorWithBuiltinExitFrame/;

/** Whether a builtin only passes a call on to C++ code. */
export function isExit(name: string): boolean {
  return EXIT.test(name);
}

/** Symbols of V8's C++ functions, in runtimes that have symbols; the first that matches decides. */
const BY_SYMBOL: readonly (readonly [RuntimeActivity, RegExp])[] = [
  [
    "garbage collection",
    /\bv8::internal::(?:Heap::(?:CollectGarbage|PerformGarbageCollection|Scavenge|MarkCompact|AllocateRawWithRetry|StartIncremental|FinalizeIncremental)|Scavenger|MarkCompactCollector|MarkingVisitor|ConcurrentMarking|Sweeper|IncrementalMarking|MinorMarkSweep|PagedSpaceBase?::(?:Refill|Raw))|\bcppgc::internal::(?:Marker|Sweeper)/,
  ],
  ["deoptimise", /\bv8::internal::(?:Deoptimizer|Runtime_NotifyDeoptimized|TranslatedState)/],
  [
    "optimise",
    /\bv8::internal::(?:maglev::|compiler::|turboshaft::|TieringManager|OptimizingCompileDispatcher|baseline::|Runtime_(?:CompileOptimized|BytecodeBudget|StackGuard)|Compiler::(?:CompileOptimized|FinalizeTurbofan|FinalizeMaglev|CompileBaseline))/,
  ],
  [
    "compile",
    /\bv8::internal::(?:Compiler::|Parser|PreParser|interpreter::Bytecode|Runtime_CompileLazy)/,
  ],
  ["regular expression", /\bv8::internal::(?:RegExp|Runtime_RegExp)/],
  [
    "inline cache",
    /\bv8::internal::(?:Runtime_(?:Load|Store|KeyedLoad|KeyedStore|Clone|Define)\w*IC|\w*IC::|LoadIC|StoreIC)/,
  ],
];

/** Activity of a C++ function of V8's by its symbol; `undefined` where the symbol does not tell. */
export function activityOfSymbol(symbol: string): RuntimeActivity | undefined {
  if (!symbol.includes("v8::") && !symbol.includes("cppgc::")) return undefined;
  return BY_SYMBOL.find(([, pattern]) => pattern.test(symbol))?.[0];
}

/**
 * The share of an address's samples that must have one activity before the address stands for it.
 */
const CLEAR_SHARE = 0.8;

/** Samples that an address must have been seen in before it stands for an activity. */
const LEAST_SAMPLES = 3;

/**
 * Activities from which C++ code of the others is entered too, so they teach nothing about
 * addresses.
 */
const UNTELLING: readonly (RuntimeActivity | undefined)[] = ["embedder", undefined];

/**
 * Tells the activities of one runtime's C++ code apart. A stack whose builtin says why C++ code
 * runs teaches which addresses belong to the activity. Stacks that enter C++ code directly from a
 * function, and garbage collections inside of other activities, are then recognised by these
 * addresses.
 */
export class RuntimeActivities {
  readonly #counts = new Map<number, Map<RuntimeActivity, number>>();
  readonly #defined = new Map<number, RuntimeActivity>();
  #meanings: Map<number, RuntimeActivity> | undefined;

  /** Sets the activity of an address, where its symbol tells it. */
  define(address: number, activity: RuntimeActivity): void {
    this.#defined.set(address, activity);
    this.#meanings = undefined;
  }

  /**
   * Learns from a stack.
   *
   * @param addresses The C++ frames' addresses in the runtime's text, without the builtin's.
   * @param entered The activity that the builtin says.
   */
  learn(addresses: Iterable<number>, entered: RuntimeActivity | undefined): void {
    if (UNTELLING.includes(entered)) return;
    this.#meanings = undefined;
    for (const address of new Set(addresses)) {
      let counts = this.#counts.get(address);
      if (counts === undefined) this.#counts.set(address, counts = new Map());
      counts.set(entered!, (counts.get(entered!) ?? 0) + 1);
    }
  }

  /**
   * The activity of a stack.
   *
   * @param addresses The C++ frames' addresses, from the innermost out.
   * @param entered The activity that the builtin says, if it does.
   */
  classify(
    addresses: readonly number[],
    entered: RuntimeActivity | undefined,
  ): RuntimeActivity | undefined {
    const meanings = this.#meanings ??= this.#learned();
    let found: RuntimeActivity | undefined;
    for (const address of addresses) {
      const meaning = meanings.get(address);
      // A collection can begin in the middle of anything, and is not part of it.
      if (meaning === "garbage collection") return meaning;
      found ??= meaning;
    }
    return UNTELLING.includes(entered) ? found ?? entered : entered;
  }

  #learned(): Map<number, RuntimeActivity> {
    const meanings = new Map<number, RuntimeActivity>();
    for (const [address, counts] of this.#counts) {
      let total = 0;
      let most: [RuntimeActivity | undefined, number] = [undefined, 0];
      for (const [activity, count] of counts) {
        total += count;
        if (count > most[1]) most = [activity, count];
      }
      const [activity, count] = most;
      if (total >= LEAST_SAMPLES && count >= CLEAR_SHARE * total) meanings.set(address, activity!);
    }
    for (const [address, activity] of this.#defined) meanings.set(address, activity);
    return meanings;
  }
}
