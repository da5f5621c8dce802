import { deepEqual } from "node:assert/strict";
import { gunzipSync } from "node:zlib";

import { formatPprof } from "../../../lib/report/formats/pprof.ts";
import { type ProtobufField, readProtobuf } from "../../support/protobuf_reader.ts";
import { recordingOf } from "../../support/recordings.ts";

/**
 * The numbers of fields of a Profile and its parts (github.com/google/pprof, proto/profile.proto).
 */
const [SAMPLE_TYPE, SAMPLE, MAPPING, LOCATION, FUNCTION, STRINGS] = [1, 2, 3, 4, 5, 6];

const decoder = new TextDecoder();
const fieldsOf = (fields: ProtobufField[], number: number) =>
  fields.filter((field) => field.number === number);
const messages = (fields: ProtobufField[], number: number) =>
  fieldsOf(fields, number).map(({ bytes }) => readProtobuf(bytes!));
const numberIn = (fields: ProtobufField[], number: number) =>
  Number(fieldsOf(fields, number)[0]?.value ?? 0n);

/** Reads a profile: its value types, and its stacks as text with their values. */
function readProfile(file: Uint8Array) {
  const fields = readProtobuf(gunzipSync(file));
  const strings = fieldsOf(fields, STRINGS).map(({ bytes }) => decoder.decode(bytes));
  const functions = new Map(messages(fields, FUNCTION).map((f) => [numberIn(f, 1), f]));
  const locations = new Map(
    messages(fields, LOCATION).map((location) => {
      const line = messages(location, 4)[0]!;
      const { file, name } = {
        file: strings[numberIn(functions.get(numberIn(line, 1))!, 4)]!,
        name: strings[numberIn(functions.get(numberIn(line, 1))!, 2)]!,
      };
      return [numberIn(location, 1), `${name}@${file}:${numberIn(line, 2)}`];
    }),
  );
  return {
    types: messages(fields, SAMPLE_TYPE)
      .map((type) => `${strings[numberIn(type, 1)]}/${strings[numberIn(type, 2)]}`),
    program: strings[numberIn(messages(fields, MAPPING)[0]!, 5)],
    samples: messages(fields, SAMPLE).map((sample) => ({
      stack: fieldsOf(sample, 1).flatMap(({ numbers }) => numbers!).map((id) =>
        locations.get(Number(id))
      ),
      values: fieldsOf(sample, 2).flatMap(({ numbers }) => numbers!).map(Number),
      labels: messages(sample, 3)
        .map((label) => `${strings[numberIn(label, 1)]}=${strings[numberIn(label, 2)]}`),
    })),
  };
}

Deno.test("formatPprof() has samples and time of every stack, innermost first", () => {
  const recording = recordingOf([
    ["deno: libc/main js/js::foo:/a.ts:7", 2],
    ["worker: libc/main", 3],
  ]);
  deepEqual(readProfile(formatPprof(recording)), {
    types: ["samples/count", "cpu/nanoseconds"],
    program: "/usr/bin/deno",
    samples: [
      {
        stack: ["js::foo:/a.ts:7@/a.ts:7", "main@:0"],
        values: [2, 2000],
        labels: ["thread=deno"],
      },
      { stack: ["main@:0"], values: [3, 3000], labels: ["thread=worker"] },
    ],
  });
});

Deno.test("formatPprof() names an event that is no clock", () => {
  const recording = recordingOf([["t: libc/a", 1]], { event: "cycles:P", unit: "events" });
  deepEqual(readProfile(formatPprof(recording)).types, ["samples/count", "cycles:P/count"]);
});
