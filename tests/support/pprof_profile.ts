/*
 * Reads a profile in pprof's format and checks every rule of it. The table is written from the text
 * of google/pprof, proto/profile.proto, and shares nothing with the encoder.
 */
import { gunzipSync } from "node:zlib";

import { decodeMessage, type Message, type Schema } from "./protobuf_schema.ts";

const SCHEMA: Schema = {
  Profile: {
    1: "sampleTypes ValueType[]",
    2: "samples Sample[]",
    3: "mappings Mapping[]",
    4: "locations Location[]",
    5: "functions Function[]",
    6: "strings string[]",
    7: "dropFrames int",
    8: "keepFrames int",
    9: "time int",
    10: "duration int",
    11: "periodType ValueType",
    12: "period int",
    13: "comments int[]",
    14: "defaultSampleType int",
    15: "docUrl int",
  },
  ValueType: { 1: "type int", 2: "unit int" },
  Sample: { 1: "locations int[]", 2: "values int[]", 3: "labels Label[]" },
  Label: { 1: "key int", 2: "text int", 3: "number int", 4: "unit int" },
  Mapping: {
    1: "id int",
    2: "start int",
    3: "limit int",
    4: "offset int",
    5: "filename int",
    6: "buildId int",
    7: "hasFunctions int",
    8: "hasFilenames int",
    9: "hasLineNumbers int",
    10: "hasInlineFrames int",
  },
  Location: { 1: "id int", 2: "mapping int", 3: "address int", 4: "lines Line[]", 5: "folded int" },
  Line: { 1: "function int", 2: "line int", 3: "column int" },
  Function: {
    1: "id int",
    2: "name int",
    3: "systemName int",
    4: "filename int",
    5: "startLine int",
  },
};

/** A profile in the words of its tables. */
export interface ReadPprof {
  /** As `cpu/nanoseconds`. */
  sampleTypes: string[];
  /** The file of the first mapping. */
  program: string;
  periodType: string;
  period: number;
  /** Nanoseconds since 1970. */
  time: bigint;
  /** Nanoseconds. */
  duration: number;
  samples: { frames: string[]; values: number[]; labels: Record<string, string> }[];
}

/**
 * Reads a gzipped profile.
 *
 * @throws {Error} With each rule that it breaks.
 */
export function readPprof(gzipped: Uint8Array): ReadPprof {
  const profile = decodeMessage(SCHEMA, "Profile", new Uint8Array(gunzipSync(gzipped)));
  const problems: string[] = [];
  const strings = profile["strings"] as string[];
  if (strings[0] !== "") problems.push("string 0 is not empty");
  if (new Set(strings).size < strings.length) problems.push("a text is there twice");
  const text = (index: bigint | undefined) => {
    const found = strings[Number(index ?? 0n)];
    if (found === undefined) problems.push(`text ${index} is missing`);
    return found ?? "";
  };
  const byId = (table: string) => {
    const entries = new Map<bigint, Message>();
    for (const entry of profile[table] as Message[]) {
      if (!entry["id"]) problems.push(`an entry of ${table} has no id`);
      if (entries.has(entry["id"])) problems.push(`${table}: id ${entry["id"]} is there twice`);
      entries.set(entry["id"], entry);
    }
    return entries;
  };
  const [mappings, locations, functions] = [byId("mappings"), byId("locations"), byId("functions")];
  for (const mapping of mappings.values()) text(mapping["filename"]);
  for (const fn of functions.values()) {
    if (text(fn["name"]) === "") problems.push(`function ${fn["id"]} has no name`);
    text(fn["filename"]);
    text(fn["systemName"]);
  }
  for (const location of locations.values()) {
    if (location["mapping"] && !mappings.has(location["mapping"])) {
      problems.push(`location ${location["id"]}: mapping ${location["mapping"]} is missing`);
    }
    if (location["lines"].length === 0) problems.push(`location ${location["id"]} has no line`);
    for (const line of location["lines"]) {
      if (!functions.has(line["function"])) {
        problems.push(`location ${location["id"]}: function ${line["function"]} is missing`);
      }
    }
  }
  const typeText = (type: Message | undefined) => `${text(type?.["type"])}/${text(type?.["unit"])}`;
  const sampleTypes = (profile["sampleTypes"] as Message[]).map(typeText);
  if (sampleTypes.length === 0) problems.push("no type of samples");
  const defaultType = text(profile["defaultSampleType"]);
  if (defaultType !== "" && !sampleTypes.some((type) => type.startsWith(`${defaultType}/`))) {
    problems.push(`the default type ${defaultType} is none of the samples'`);
  }
  const frameText = (id: bigint) => {
    const line = locations.get(id)?.["lines"][0] as Message | undefined;
    const fn = functions.get(line?.["function"]);
    return fn?.["filename"]
      ? `${text(fn["name"])}@${text(fn["filename"])}:${line?.["line"] ?? 0n}`
      : text(fn?.["name"]);
  };
  const samples = (profile["samples"] as Message[]).map((sample, i) => {
    if (sample["values"].length !== sampleTypes.length) {
      problems.push(`sample ${i} has ${sample["values"].length} values`);
    }
    if (sample["values"].some((value: bigint) => value < 0n)) {
      problems.push(`sample ${i} has a negative value`);
    }
    for (const id of sample["locations"]) {
      if (!locations.has(id)) problems.push(`sample ${i}: location ${id} is missing`);
    }
    const labels = (sample["labels"] as Message[]).map(({ key, text: value, number }) => {
      if (text(key) === "") problems.push(`sample ${i}: a label has no key`);
      if (value && number) problems.push(`sample ${i}: a label has a text and a number`);
      return [text(key), text(value)] as const;
    });
    return {
      frames: (sample["locations"] as bigint[]).map(frameText).reverse(),
      values: (sample["values"] as bigint[]).map(Number),
      labels: Object.fromEntries(labels),
    };
  });
  if (samples.length === 0) problems.push("no sample");
  if (problems.length > 0) throw new Error(problems.slice(0, 20).join("\n"));
  return {
    sampleTypes,
    program: text((profile["mappings"] as Message[])[0]?.["filename"]),
    periodType: typeText(profile["periodType"]),
    period: Number(profile["period"] ?? 0n),
    time: profile["time"] ?? 0n,
    duration: Number(profile["duration"] ?? 0n),
    samples,
  };
}
