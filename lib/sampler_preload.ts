/**
 * Preloaded into a program whose functions V8's log names. It changes nothing of the program: it starts
 * the built-in sampler, and listens for what turns the recording or trampolines on and off. The command
 * preloads it only where one of these is asked for.
 *
 * @module
 */
import { activation, publishActivation } from "./activation/activation.ts";
import { toggleOnSignal } from "./instrument/toggle_signal.ts";
import { readVariable } from "./runtime/runtime.ts";
import { asksForTrampolines } from "./activation/switches.ts";
import { sampleThisProgram } from "./sampler/program_sampler.ts";
import { recordScope } from "./sampler/scope.ts";

sampleThisProgram(readVariable);
// The program's own copy of this package finds this activation, so both have the same switches.
publishActivation();
if (asksForTrampolines(readVariable)) activation.decide(readVariable);
toggleOnSignal(activation, readVariable);
recordScope(activation, readVariable);
