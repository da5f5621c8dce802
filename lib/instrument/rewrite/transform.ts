import { limitHolderText, touchText } from "../../activation/instrumented_code.ts";
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
import { limitHolder, STACK_LIMIT } from "../traits/stack_limit.ts";
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
  /** Number of arguments of the call inside its trampoline, or `APPLY`. */
  args: number;
}

/** A function that was not instrumented. */
export interface SkippedFunction extends Omit<InstrumentedFunction, "args"> {
  /** The reason for which wrapping could change its behaviour. */
  reason: string;
}

/** The result of {@linkcode transform}. */
export interface Transformed {
  /** The text with its source map, ready to run. */
  source: string;
  /**
   * The map from that text to the original one, with a segment for each word. It is made when it is
   * read.
   */
  readonly map: SourceMap;
  /** Maps positions of that text to the original one, exact to the column. */
  positions: TextPositions;
  /** The instrumented functions; the first has the number `firstId`. */
  functions: InstrumentedFunction[];
  /** The functions left as they are. */
  skipped: SkippedFunction[];
}

/** Options of {@linkcode transform}. */
export interface TransformOptions {
  /** The module's URL. */
  url: string;
  /** The kind of the source. */
  kind: SourceKind;
  /** The number of its first function; the others follow in turn. */
  firstId: number;
  /**
   * The expression for the object that instrumented code calls. It must mean that object in every
   * scope.
   */
  runtime: string;
  /**
   * Whether the runtime accepts a `return` at the top of a CommonJS module. Node does not where the
   * module was TypeScript, since it parses the result as TypeScript once more. @default true
   */
  mayReturn?: boolean;
  /** Statements that run before the body of an ECMAScript module. @default {""} */
  start?: string;
  /**
   * Whether the inline source map, too, has a segment for each word. Runtimes that look up the
   * columns of stacks there need that. The map is then several times as large. @default {false}
   */
  mapsWords?: boolean;
  /**
   * Whether no function is instrumented, and the program only reads and sets its own
   * `Error.stackTraceLimit`. @default {false}
   */
  limitOnly?: boolean;
}

/**
 * Instruments a module: each function, and the module's own body, runs inside its trampoline while
 * trampolines are on. The edits add and move no line.
 *
 * @param text The source, with or without an inline source map.
 * @throws {SyntaxError} If the text cannot be parsed; the runtime reports that better.
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

/**
 * Matches a use of `f.caller`. A match in a comment only costs some functions their trampolines.
 */
const CALLER = /\.\s*caller\b|["'`]caller["'`]/;

/** The surroundings of a node, beside its parent. */
interface Surroundings {
  /**
   * Qualified name of the function, class or object around the node, with a dot at its end; or
   * empty.
   */
  path: string;
  strict: boolean;
  insideWith: boolean;
  /** The class whose member the node is; its methods may reach themselves by it. */
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
  readonly #mentionsLimit: boolean;
  readonly #selves: SelfReferences;
  /** The node whose children are being visited, and the surroundings of these. */
  #parent: Node = NOWHERE;
  #around: Surroundings = { path: "", strict: false, insideWith: false };

  constructor(source: string, lines: LineFinder, options: TransformOptions) {
    this.edits = new Edits(source);
    this.#source = source;
    this.#lines = lines;
    this.#options = options;
    this.#selves = new SelfReferences(options.kind);
    this.#asksCaller = CALLER.test(source);
    this.#mentionsLimit = source.includes(STACK_LIMIT);
  }

  instrument(): void {
    const program = parseSource(
      this.#source,
      this.#options.kind,
      (node) => abridgeFunction(node, this.#selves.notesOf(node)),
    );
    this.#selves.addProgram(program);
    const strict = this.#options.kind === "module" || isDirected(program["body"], "use strict");
    const around = { path: "", strict, insideWith: false };
    if (this.#options.limitOnly) return this.#visitChildren(program, around);
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
    this.#visitChildren(program, around);
    wrapped.close();
  }

  /** Visits a node below the one that is being visited. */
  visit(node: Node): void {
    const around = this.#around;
    switch (node.type) {
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        if (this.#options.limitOnly) break;
        return this.#visitFunction(node, around);
      case "ClassDeclaration":
      case "ClassExpression":
        if (this.#options.limitOnly) break;
        return this.#visitClass(node, around);
      case "WithStatement":
        return this.#visitChildren(node, { ...around, insideWith: true });
      case "ObjectExpression": {
        const name = nameFromParent(this.#parent, node, this.#source);
        const path = `${qualifiedName(around.path, name)}.`;
        return this.#visitChildren(node, name ? { ...around, path } : around);
      }
    }
    // Inside `with`, an object would be asked for the runtime's name.
    const holder = this.#mentionsLimit && !around.insideWith ? limitHolder(node) : undefined;
    if (holder) this.edits.insert(holder.start, limitHolderText(this.#options.runtime));
    this.#visitChildren(node, around);
    if (holder) this.edits.append(holder.end, ")");
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
    // V8 compiles asm.js ahead of time only if the whole function is valid asm.js, which no edit is.
    if (hasDirective(node, "use asm")) return this.#skip(name, line, "asm.js");
    const strict = around.strict || hasDirective(node, "use strict");
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
      ? this.#around.members?.selfReference(parent, traits)
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

/** Whether a function begins with a directive. */
function hasDirective({ expression, body }: Node, text: string): boolean {
  return !expression && isDirected(body.body, text);
}

function isDirected(body: Node[], text: string): boolean {
  return directives(body).some(({ directive }) => directive === text);
}
