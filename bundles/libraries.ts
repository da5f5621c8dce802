/*
 * The parts of libraries that lib/source and lib/instrument use. The npm package has this module as
 * it is, and the libraries as dependencies.
 */
export { Parser } from "acorn";
export { encode } from "@jridgewell/sourcemap-codec";
export {
  decodedMappings,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  TraceMap,
} from "@jridgewell/trace-mapping";
export { default as picomatch } from "picomatch";
