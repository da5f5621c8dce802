/**
 * Preloaded into a program that is not instrumented. It does not change the program. It starts the
 * built-in sampler or V8's sampler of memory, records spans, and installs the switches of the
 * recording and of trampolines. The command preloads it only if one of these is asked for.
 *
 * @module
 */
import { activation, publishActivation } from "./activation/activation.ts";
import { toggleOnSignal } from "./instrument/toggle_signal.ts";
import { readVariable } from "./runtime/runtime.ts";
import { asksForTrampolines } from "./activation/switches.ts";
import { sampleThisProgram } from "./sampler/program_sampler.ts";
import { recordThisHeap } from "./sampler/heap/heap_program.ts";
import { recordScope } from "./sampler/scope.ts";
import { recordSpans } from "./spans/record_spans.ts";
import { recordWaits } from "./waits/record_waits.ts";

sampleThisProgram(readVariable);
// The program's own copy of this package finds this activation, so both have the same switches.
publishActivation();
if (asksForTrampolines(readVariable)) activation.decide(readVariable);
toggleOnSignal(activation, readVariable);
recordScope(activation, readVariable);
recordWaits(readVariable, recordSpans(readVariable));
// Last: memory that this module takes is not the program's.
recordThisHeap(readVariable, activation);
