import { equal } from "node:assert/strict";

import {
  activityOfBuiltin,
  activityOfHandler,
  activityOfSymbol,
  isExit,
  RuntimeActivities,
} from "../../lib/v8_log/runtime_activity.ts";

/** Names as V8 15.0 logs them. */
const BUILTINS: [name: string, activity: string | undefined][] = [
  ["CompileLazy", "compile"],
  ["FunctionConstructor", "compile"],
  ["StartMaglevOptimizeJob", "optimise"],
  ["BaselineOutOfLinePrologue", "optimise"],
  ["InterpreterOnStackReplacement_ToBaseline", "optimise"],
  ["BaselineOutOfLinePrologueDeopt", "deoptimise"],
  ["DeoptimizationEntry_Eager", "deoptimise"],
  ["NotifyDeoptimized", "deoptimise"],
  ["LoadIC_Megamorphic", "inline cache"],
  ["LoadICGenericBaseline", "inline cache"],
  ["KeyedStoreICTrampoline", "inline cache"],
  ["AllocateInYoungGeneration", "garbage collection"],
  ["FastNewClosure", "garbage collection"],
  ["RecordWriteSaveFP", "garbage collection"],
  ["RegExpPrototypeTestFast", "regular expression"],
  ["CallApiCallbackGeneric", "embedder"],
  ["HandleApiCallOrConstruct", "embedder"],
  ["ArrayPrototypeSort", undefined],
  ["MathSin", undefined],
];

for (const [name, activity] of BUILTINS) {
  Deno.test(`activityOfBuiltin() takes ${name} for ${activity ?? "many reasons"}`, () => {
    equal(activityOfBuiltin(name), activity);
  });
}

Deno.test("activityOfHandler() decides by the bytecode", () => {
  equal(activityOfHandler("GetNamedProperty"), "inline cache");
  equal(activityOfHandler("SetKeyedProperty.Wide"), "inline cache");
  equal(activityOfHandler("CreateObjectLiteral"), "garbage collection");
  equal(activityOfHandler("JumpLoop"), undefined);
});

Deno.test("activityOfSymbol() decides only by V8's own functions", () => {
  equal(
    activityOfSymbol("v8::internal::Heap::CollectGarbage(v8::internal::AllocationSpace)"),
    "garbage collection",
  );
  equal(activityOfSymbol("v8::internal::Compiler::Compile(v8::internal::Isolate*)"), "compile");
  equal(activityOfSymbol("v8::internal::maglev::MaglevGraphBuilder::Build()"), "optimise");
  equal(activityOfSymbol("uv_run"), undefined);
  equal(activityOfSymbol("CollectGarbage"), undefined);
});

Deno.test("isExit() is true for builtins that only lead to C++", () => {
  equal(isExit("CEntry_Return1_ArgvOnStack_NoBuiltinExit"), true);
  equal(isExit("AdaptorWithBuiltinExitFrame1"), true);
  equal(isExit("CompileLazy"), false);
});

Deno.test("RuntimeActivities recognizes code that it has seen under a builtin", () => {
  const activities = new RuntimeActivities();
  for (let i = 0; i < 10; i++) {
    activities.learn([1, 2, 90], "compile");
    activities.learn([11, 12, 90], "garbage collection");
  }
  // Entered directly from a function: no builtin tells.
  equal(activities.classify([1, 2], undefined), "compile");
  equal(activities.classify([11], undefined), "garbage collection");
  // Code that both run tells nothing.
  equal(activities.classify([90], undefined), undefined);
  equal(activities.classify([7], undefined), undefined);
  equal(activities.classify([7], "embedder"), "embedder");
});

Deno.test("RuntimeActivities finds a collection in the middle of something else", () => {
  const activities = new RuntimeActivities();
  for (let i = 0; i < 10; i++) activities.learn([11, 12], "garbage collection");
  activities.learn([11, 12, 3], "compile");
  equal(activities.classify([11, 12, 3], "compile"), "garbage collection");
  equal(activities.classify([11, 4], "embedder"), "garbage collection");
});

Deno.test("RuntimeActivities learns nothing from few samples, or from the embedder", () => {
  const activities = new RuntimeActivities();
  activities.learn([1], "compile");
  for (let i = 0; i < 10; i++) activities.learn([2], "embedder");
  equal(activities.classify([1], undefined), undefined);
  equal(activities.classify([2], undefined), undefined);
});

Deno.test("RuntimeActivities prefers symbols to builtins", () => {
  const activities = new RuntimeActivities();
  for (let i = 0; i < 10; i++) activities.learn([1], "compile");
  activities.define(1, "deoptimise");
  equal(activities.classify([1], undefined), "deoptimise");
});
