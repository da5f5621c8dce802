/**
 * Preloaded into a program that records its memory and switches no trampolines. It loads a third of
 * the modules that `sampler_preload.ts` loads, so the program starts sooner.
 *
 * @module
 */
import { readVariable } from "./runtime/runtime.ts";
import { recordThisHeap } from "./sampler/heap/heap_program.ts";

recordThisHeap(readVariable);
