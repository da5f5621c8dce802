import { deepEqual, throws } from "node:assert/strict";

import { decodedSpans, encodedSpans } from "../../lib/recording/encoded_spans.ts";
import { decodeRecording, encodeRecording } from "../../lib/recording/recording_file.ts";
import { spanRecording } from "../support/span_recording.ts";

Deno.test("decodedSpans() has what encodedSpans() was given", () => {
  const spans = spanRecording().spans!;
  const { length } = spans.ofSample;
  deepEqual(decodedSpans(JSON.parse(JSON.stringify(encodedSpans(spans))), length), spans);
});

Deno.test("decodedSpans() refuses spans that do not match", () => {
  const spans = spanRecording().spans!;
  const encoded = encodedSpans(spans);
  for (
    const damaged of [
      { ...encoded, ofSample: "" },
      { ...encoded, names: [] },
      { ...encoded, parent: encoded.name.slice(0, 4) },
      { ...encoded, measures: [99] },
      {},
    ]
  ) {
    throws(() => decodedSpans(damaged, spans.ofSample.length), /its spans are invalid/);
  }
});

Deno.test("encodeRecording() has spans", () => {
  const recording = spanRecording();
  deepEqual(decodeRecording(encodeRecording(recording)).spans, recording.spans);
});
