import { touchText } from "../../activation/instrumented_code.ts";
import { APPLY } from "../../engines/engine.ts";
import { ANONYMOUS, className, isMember, ownName } from "../../source/function_names.ts";
import { wrapClassBody } from "./class_body.ts";
import { ClassMembers } from "./class_members.ts";
import { mapEdits } from "../positions/edited_map.ts";
import { Edits } from "../positions/edits.ts";
import { wrapFunction } from "./function_body.ts";
import { nameFromParent, qualifiedName } from "../../source/function_name.ts";
import { abridgeFunction, type FunctionTraits } from "../traits/function_traits.ts";
import type { SourceMap } from "../../source/libraries.js";
import { LineStarts } from "../../source/line_starts.ts";
import { wrapModuleBody } from "./module_body.ts";
import { SelfReferences } from "./self_references.ts";
import { isStackLimit, OWN_ERROR } from "../traits/stack_limit.ts";
import { formatInlineMap, LineFinder, splitInlineMap } from "../../source/source_positions.ts";
import {
  directives,
  type Node,
  parseSource,
  type SourceKind,
  visitChildren,
  type Visitor,
} from "../../source/syntax_tree.ts";
import { TextPositions } from "../positions/text_positions.ts";
import type { Calls } from "./wrapped.ts";

/** A function that was instrumented. */
export interface InstrumentedFunction {
  /** Qualified name; empty where it has none, `<module>` for the module's body. */
  name: string;
  /** Line in the original source, counted from 1; `undefined` for the module's body. */
  line: number | undefined;
  /** With how many arguments it is called inside its trampoline, or `APPLY`. */
  args: number;
}

/** A function that was left as it is. */
export interface SkippedFunction extends Omit<InstrumentedFunction, "args"> {
  /** Why wrapping it could change what it does. */
  reason: string;
}

/** What {@linkcode transform} makes of a module. */
export interface Transformed {
  /** The text with its source map, ready to run. */
  source: string;
  /** The map from that text to the original one, in which every word has its place. */
  readonly map: SourceMap;
  /** Where positions in that text come from, to the column. */
  positions: TextPositions;
  /** The instrumented functions; the first has the number `firstId`. */
  functions: InstrumentedFunction[];
  /** The functions left as they are. */
  skipped: SkippedFunction[];
}

/** What {@linkcode transform} is told of a module. */
export interface TransformOptions {
  /** Where the module is from. */
  url: string;
  /** What kind of source it is. */
  kind: SourceKind;
  /** The number of its first function; the others follow in turn. */
  firstId: number;
  /** An expression, the same everywhere, for the object that instrumented code calls. */
  runtime: string;
  /**
   * Whether the runtime takes a `return` at the top of a CommonJS module. Node parses it once more
   * as TypeScript, where it was that, and then does not. @default true
   */
  mayReturn?: boolean;
  /** Statements that run before the body of an ECMAScript module. @default {""} */
  start?: string;
  /**
   * Whether every word has its place in the inline source map too, as runtimes need it that find the
   * columns of stacks there; it is then several times as large. @default {false}
   */
  mapsWords?: boolean;
}

/**
 * Instruments a module: every function, and the module's own body, runs inside its trampoline while
 * these are on. Only insertions, no line is added or moved.
 *
 * @param text The source, with or without an inline source map.
 * @throws {SyntaxError} If the text is no program; the runtime says so better.
 */
export function transform(text: string, options: TransformOptions): Transformed {
  const { source, map: before } = splitInlineMap(text);
  const starts = new LineStarts(source);
  const instrumenter = new Instrumenter(source, new LineFinder(starts, before), options);
  instrumenter.instrument();
  const { pieces, lines } = instrumenter.edits.apply(starts);
  const editedText = { url: options.url, source, lines, before };
  pieces.push(formatInlineMap(mapEdits(editedText, options.mapsWords ?? false)));
  return {
    source: pieces.join(""),
    get map() {
      return mapEdits(editedText, true);
    },
    positions: new TextPositions(lines, before),
    functions: instrumenter.functions,
    skipped: instrumenter.skipped,
  };
}

/** How a program asks for `f.caller`; a word in a comment costs a few frames, and no harm. */
const CALLER = /\.\s*caller\b|["'`]caller["'`]/;

/** What surrounds a node, beyond its parent. */
interface Surroundings {
  /** Qualified name of what the node stands in, with a dot at its end; or empty. */
  path: string;
  strict: boolean;
  insideWith: boolean;
  /** The class whose member the node is, if that has something to reach it by. */
  members?: ClassMembers;
  /** That class extends another. */
  isDerived?: boolean;
}

const NOWHERE: Node = { type: "", start: 0, end: 0 };

class Instrumenter implements Visitor {
  readonly edits: Edits;
  readonly functions: InstrumentedFunction[] = [];
  readonly skipped: SkippedFunction[] = [];
  readonly #source: string;
  readonly #lines: LineFinder;
  readonly #options: TransformOptions;
  readonly #asksCaller: boolean;
  readonly #declaresError: boolean;
  readonly #selves: SelfReferences;
  /** The node whose children are being visited, and what surrounds these. */
  #parent: Node = NOWHERE;
  #around: Surroundings = { path: "", strict: false, insideWith: false };

  constructor(source: string, lines: LineFinder, options: TransformOptions) {
    this.edits = new Edits(source);
    this.#source = source;
    this.#lines = lines;
    this.#options = options;
    this.#selves = new SelfReferences(options.kind);
    this.#asksCaller = CALLER.test(source);
    this.#declaresError = OWN_ERROR.test(source);
  }

  instrument(): void {
    const program = parseSource(
      this.#source,
      this.#options.kind,
      (node) => abridgeFunction(node, this.#selves.notesOf(node)),
    );
    this.#selves.addProgram(program);
    const strict = this.#options.kind === "module" || isStrictBody(program["body"]);
    const wrapped = wrapModuleBody(program, {
      kind: this.#options.kind,
      strict,
      asksCaller: this.#asksCaller,
      mayReturn: this.#options.mayReturn ?? true,
      start: this.#options.start ?? "",
      edits: this.edits,
      number: () => this.#number("<module>"),
    });
    if (wrapped.reason !== undefined) this.#skip("<module>", undefined, wrapped.reason);
    this.#visitChildren(program, { path: "", strict, insideWith: false });
    wrapped.close();
  }

  /** Visits a node below the one that is being visited. */
  visit(node: Node): void {
    const around = this.#around;
    switch (node.type) {
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#visitFunction(node, around);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#visitClass(node, around);
      case "WithStatement":
        return this.#visitChildren(node, { ...around, insideWith: true });
      case "ObjectExpression": {
        const name = nameFromParent(this.#parent, node, this.#source);
        const path = `${qualifiedName(around.path, name)}.`;
        return this.#visitChildren(node, name ? { ...around, path } : around);
      }
      case "MemberExpression":
        if (isStackLimit(node) && this.#parent.type !== "UnaryExpression") this.#replaceLimit(node);
    }
    this.#visitChildren(node, around);
  }

  /** V8 takes more frames than a program asks for, which is not to know of ours. */
  #replaceLimit({ property: { start, end } }: Node): void {
    if (!this.#declaresError) this.edits.replace(start, end, this.#options.runtime);
  }

  #visitClass(node: Node, around: Surroundings): void {
    const name = className(node, this.#parent, this.#source);
    const path = `${qualifiedName(around.path, name)}.`;
    const number = (part: string, at: Node) =>
      this.#number(path + part, this.#lines.lineAt(at.start));
    const wrapped = around.insideWith
      ? undefined
      : wrapClassBody(node, { edits: this.edits, number });
    const members = around.insideWith ? undefined : new ClassMembers(node, this.#options.runtime);
    this.#visitChildren(node, {
      ...around,
      path,
      strict: true,
      members,
      isDerived: node["superClass"] !== null,
    });
    members?.insert(this.edits);
    wrapped?.close();
  }

  #visitChildren(node: Node, around: Surroundings): void {
    const [parent, outside] = [this.#parent, this.#around];
    this.#parent = node;
    this.#around = around;
    visitChildren(node, this);
    this.#parent = parent;
    this.#around = outside;
  }

  #visitFunction(node: Node, around: Surroundings): void {
    const parent = this.#parent;
    const name = qualifiedName(around.path, ownName(node, parent, this.#source) || ANONYMOUS);
    const offset = isMember(parent, node) ? parent.start : node.start;
    const line = this.#lines.lineAt(offset);
    const strict = around.strict || (!node["expression"] && isStrictBody(node["body"].body));
    const wrapped = wrapFunction(node, {
      strict,
      insideWith: around.insideWith,
      isDerived: around.isDerived === true && isMember(parent, node) &&
        parent["kind"] === "constructor",
      asksCaller: this.#asksCaller,
      edits: this.edits,
      self: (traits) => this.#selfReference(node, traits),
      number: (args) => this.#number(name, line, args),
    });
    if (wrapped.reason !== undefined) this.#skip(name, line, wrapped.reason);
    this.#visitChildren(node, {
      ...around,
      path: `${name}.`,
      strict,
      members: undefined,
      isDerived: false,
    });
    wrapped.close();
  }

  #selfReference(node: Node, traits: FunctionTraits): string | undefined {
    const parent = this.#parent;
    return isMember(parent, node)
      ? this.#around.members?.reach(parent, traits)
      : this.#selves.nameOf(node, parent, traits);
  }

  #number(name: string, line?: number, args: number = APPLY): Calls {
    const { firstId, runtime } = this.#options;
    const id = firstId + this.functions.push({ name, line, args }) - 1;
    return { id, runtime, touch: touchText(runtime, id) };
  }

  #skip(name: string, line: number | undefined, reason: string): void {
    this.skipped.push({ name, line, reason });
  }
}

function isStrictBody(body: Node[]): boolean {
  return directives(body).some(({ directive }) => directive === "use strict");
}
