import type { CallSite } from "../../lib/instrument/stacks/call_sites.ts";

/** The facts of a frame; those that are left out are those of a plain function. */
export interface SiteFacts {
  name?: string | null;
  type?: string | null;
  method?: string | null;
  file?: string | null;
  /** The script's name, where a `sourceURL` comment gives another than the file's. */
  script?: string | null;
  line?: number | null;
  column?: number | null;
  evalOrigin?: string;
  isToplevel?: boolean;
  isNative?: boolean;
  isConstructor?: boolean;
  isAsync?: boolean;
  promiseIndex?: number;
  /** V8's text of the frame. @default {`name (script:line:column)`} */
  text?: string;
}

/** A frame as V8 describes it. */
export function callSite(facts: SiteFacts): CallSite {
  const { name = null, file = "/a.js", line = 1, column = 1 } = facts;
  const script = facts.script ?? file;
  const location = `${script}:${line}:${column}`;
  const text = facts.text ?? (name === null ? location : `${name} (${location})`);
  return {
    getThis: () => `this of ${name}`,
    getTypeName: () => facts.type ?? null,
    getFunction: () => `function ${name}`,
    getFunctionName: () => name,
    getMethodName: () => facts.method ?? null,
    getFileName: () => file,
    getLineNumber: () => line,
    getColumnNumber: () => column,
    getEvalOrigin: () => facts.evalOrigin,
    getScriptNameOrSourceURL: () => script,
    isToplevel: () => facts.isToplevel ?? true,
    isEval: () => facts.evalOrigin !== undefined,
    isNative: () => facts.isNative ?? false,
    isConstructor: () => facts.isConstructor ?? false,
    isAsync: () => facts.isAsync ?? false,
    isPromiseAll: () => facts.promiseIndex !== undefined,
    getPromiseIndex: () => facts.promiseIndex ?? null,
    toString: () => text,
  };
}
