/**
 * What a program records of itself. The preload imports this module only where the command asks for
 * one of these, since most programs that are started with it by hand record nothing.
 *
 * @module
 */
export { sampleThisProgram } from "./sampler/program_sampler.ts";
export { recordScope } from "./sampler/scope.ts";
export { recordSpans } from "./spans/record_spans.ts";
export { recordWaits } from "./waits/record_waits.ts";
