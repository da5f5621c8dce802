/** A function, as frames name it. */
export interface FunctionPlace {
  name: string;
  file: string;
  /** Where it begins, counted from 1; `undefined` for the body of a module. */
  line?: number;
}

/** Optimised code that V8 made of a function. */
export interface FunctionCompilations extends FunctionPlace {
  /** The number of times that Maglev compiled it. */
  maglev: number;
  /** The number of times that TurboFan compiled it. */
  turbofan: number;
}

/** Equal deoptimisations: V8 left optimised code of a function, because an assumption was wrong. */
export interface FunctionDeopts extends FunctionPlace {
  /** The function with the expression: the same one, or one that V8 inlined into it. */
  at: FunctionPlace;
  /** The expression, counted from 1; `undefined` where V8 does not say. */
  position?: { line: number; column: number };
  /** V8's name of the kind, such as `deopt-eager`. */
  kind: string;
  /** V8's reason, such as `wrong map`. */
  reason: string;
  /** Their number. */
  count: number;
}

/** The optimisations and deoptimisations of the functions that samples were taken in. */
export interface CodeHistory {
  compilations: readonly FunctionCompilations[];
  deopts: readonly FunctionDeopts[];
}

/** A string that is equal for equal functions. */
export function functionKey({ name, file, line }: FunctionPlace): string {
  return `${name}\0${file}\0${line ?? ""}`;
}
