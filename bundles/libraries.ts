/*
 * What lib/source and lib/instrument use of libraries. Each line becomes an import of the npm
 * package too, which has the libraries as dependencies.
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
