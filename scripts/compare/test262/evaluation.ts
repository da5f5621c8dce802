import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import vm from "node:vm";

import type { SourceKind } from "../../../lib/source/syntax_tree.ts";
import { addAwaits } from "./awaits.ts";
import { enterMode, instrument, type Mode } from "./instrument.ts";
import { includeHarness, makeRealm, type Realm } from "./realm.ts";
import { harnessOf, type Test, type Variant, variantSource } from "./suite.ts";

/** The form in which scripts run; tests that are modules always run as modules. */
export type Goal = "script" | "commonjs" | "module" | "pieces";

/** One run of a test. */
export interface Run {
  suite: string;
  test: Test;
  variant: Variant;
  goal: Goal;
  mode: Mode;
}

/** Runs a test in a realm of its own. Returns the reason why it failed, or `undefined`. */
export async function evaluate(run: Run): Promise<string | undefined> {
  const { suite, test, mode } = run;
  const realm = makeRealm();
  enterMode(mode, realm.global);
  try {
    for (const file of harnessOf(test)) includeHarness(realm, suite, file);
  } catch (error) {
    return `harness: ${describe(error)}`;
  }
  const execution = new Execution(run, realm);
  try {
    await execution.run();
  } catch (error) {
    return judgeError(error, execution.phase, test);
  }
  if (test.negative !== undefined) return `no ${test.negative.type}`;
  return test.flags.includes("async") ? await judgeDone(realm) : undefined;
}

function judgeError(error: unknown, phase: string, { negative }: Test): string | undefined {
  if (negative === undefined) return describe(error);
  const name = (error as Error | undefined)?.constructor?.name;
  return negative.phase === phase && negative.type === name
    ? undefined
    : `${negative.type} in phase ${negative.phase} expected: ${describe(error)} in phase ${phase}`;
}

/** The number of turns of the event loop that an asynchronous test may take. */
const TURNS = 40;

async function judgeDone({ printed }: Realm): Promise<string | undefined> {
  for (let turn = 0; turn < TURNS && printed.length === 0; turn++) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  if (printed.length === 0) return "$DONE was not called";
  return printed.find((text) => text !== "Test262:AsyncTestComplete");
}

function describe(error: unknown): string {
  try {
    const { constructor, message } = error as Error;
    return `${constructor.name}: ${message}`;
  } catch {
    return `thrown: ${typeof error}`;
  }
}

/** A part of `node:vm` that is behind a flag in Node, and missing in Deno's types. */
interface SourceTextModule {
  status: string;
  link(load: (specifier: string) => Promise<SourceTextModule>): Promise<void>;
  evaluate(): Promise<void>;
}
const { SourceTextModule } = vm as unknown as {
  SourceTextModule: new (source: string, options: object) => SourceTextModule;
};

/** The parameters of a CommonJS module. */
const COMMON_JS = ["exports", "require", "module", "__filename", "__dirname"];

/** A test that runs, and the modules that it imports. */
class Execution {
  /** The phase of an error that is thrown now, in test262's words. */
  phase = "parse";
  readonly #run: Run;
  readonly #realm: Realm;
  readonly #file: string;
  readonly #modules = new Map<string, SourceTextModule>();

  constructor(run: Run, realm: Realm) {
    this.#run = run;
    this.#realm = realm;
    this.#file = join(run.suite, "test", run.test.path);
  }

  async run(): Promise<void> {
    const { test, variant, goal } = this.#run;
    const given = variantSource(test, variant);
    const text = goal === "pieces" && test.negative === undefined ? addAwaits(given) : given;
    if (variant === "module" || goal === "module" || goal === "pieces") {
      const module = this.#make(this.#file, text);
      this.phase = "resolution";
      await module.link((specifier) => this.#load(specifier, this.#file));
      this.phase = "runtime";
      return await module.evaluate();
    }
    const source = this.#instrument(text, this.#file, goal);
    if (goal === "script") {
      const options = { filename: this.#file, ...this.#hooks(this.#file) };
      const script = new vm.Script(source, options as vm.ScriptOptions);
      this.phase = "runtime";
      script.runInContext(this.#realm.global);
    } else {
      const parsingContext = this.#realm.global as unknown as vm.Context;
      const options = { filename: this.#file, parsingContext, ...this.#hooks(this.#file) };
      const body = vm.compileFunction(source, COMMON_JS, options as vm.CompileFunctionOptions);
      this.phase = "runtime";
      Reflect.apply(body, {}, []);
    }
  }

  #instrument(text: string, file: string, goal: SourceKind): string {
    const { mode } = this.#run;
    const isPlain = mode === "plain" || mode === "recorded";
    return isPlain ? text : instrument(text, `file://${file}`, goal);
  }

  #make(file: string, text = readFileSync(file, "utf8")): SourceTextModule {
    const module = new SourceTextModule(this.#instrument(text, file, "module"), {
      context: this.#realm.global,
      identifier: `file://${file}`,
      initializeImportMeta: (meta: { url: string }) => void (meta.url = `file://${file}`),
      ...this.#hooks(file),
    });
    this.#modules.set(file, module);
    return module;
  }

  #load(specifier: string, from: string): Promise<SourceTextModule> {
    const file = join(dirname(from), specifier);
    try {
      return Promise.resolve(this.#modules.get(file) ?? this.#make(file));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #hooks(file: string): object {
    return {
      importModuleDynamically: async (specifier: string) => {
        const module = await this.#load(specifier, file);
        if (module.status === "unlinked") {
          await module.link((specifier) => this.#load(specifier, file));
        }
        await module.evaluate();
        return module;
      },
    };
  }
}
