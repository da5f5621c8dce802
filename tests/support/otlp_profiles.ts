/*
 * Reads a request of OpenTelemetry's profiles and checks every rule of the format. The tables are
 * written from the text of opentelemetry-proto 1.11.0, and share nothing with the encoder.
 */
import { decodeMessage, type Message, type Schema } from "./protobuf_schema.ts";

const SCHEMA: Schema = {
  Request: { 1: "resourceProfiles ResourceProfiles[]", 2: "dictionary Dictionary" },
  ResourceProfiles: {
    1: "resource Resource",
    2: "scopeProfiles ScopeProfiles[]",
    3: "schemaUrl string",
  },
  Resource: { 1: "attributes KeyValue[]", 2: "dropped int" },
  ScopeProfiles: { 1: "scope Scope", 2: "profiles Profile[]", 3: "schemaUrl string" },
  Scope: { 1: "name string", 2: "version string", 3: "attributes KeyValue[]", 4: "dropped int" },
  KeyValue: { 1: "key string", 2: "value AnyValue", 3: "keyIndex int" },
  AnyValue: {
    1: "string string",
    2: "bool int",
    3: "int int",
    7: "bytes bytes",
    8: "stringIndex int",
  },
  Dictionary: {
    1: "mappings Mapping[]",
    2: "locations Location[]",
    3: "functions Function[]",
    4: "links Link[]",
    5: "strings string[]",
    6: "attributes Attribute[]",
    7: "stacks Stack[]",
  },
  Mapping: {
    1: "start int",
    2: "limit int",
    3: "offset int",
    4: "filename int",
    5: "attributes int[]",
  },
  Location: { 1: "mapping int", 2: "address int", 3: "lines Line[]", 4: "attributes int[]" },
  Line: { 1: "function int", 2: "line int", 3: "column int" },
  Function: { 1: "name int", 2: "systemName int", 3: "filename int", 4: "startLine int" },
  Link: { 1: "traceId bytes", 2: "spanId bytes" },
  Attribute: { 1: "key int", 2: "value AnyValue", 3: "unit int" },
  Stack: { 1: "locations int[]" },
  Profile: {
    1: "sampleType ValueType",
    2: "samples Sample[]",
    3: "time fixed64",
    4: "duration int",
    5: "periodType ValueType",
    6: "period int",
    7: "id bytes",
    8: "dropped int",
    9: "originalFormat string",
    10: "original bytes",
    11: "attributes int[]",
  },
  ValueType: { 1: "type int", 2: "unit int" },
  Sample: {
    1: "stack int",
    2: "attributes int[]",
    3: "link int",
    4: "values int[]",
    5: "times fixed64[]",
  },
};

/** A sample in the words of its tables. */
export interface ReadSample {
  /** Outermost first, as `foo@/app.ts:3` or `[deno]`. */
  frames: string[];
  /** `profile.frame.type` of each frame. */
  types: string[];
  /** The sample's attributes. */
  attributes: Record<string, string | number>;
  value: number;
  /** The span in hexadecimal digits; empty where there is none. */
  spanId: string;
}

/** The profile of a process. */
export interface ReadProfile {
  resource: Record<string, string | number>;
  scope: string;
  sampleType: string;
  periodType: string;
  period: number;
  /** Nanoseconds since 1970. */
  time: bigint;
  /** Nanoseconds. */
  duration: number;
  samples: ReadSample[];
}

/**
 * Reads a request.
 *
 * @param bytes The body, unpacked.
 * @param options Whether a Collector has sent it on. It then names texts of resources by their
 * indices, which Pyroscope does not read there and Parca refuses; ours must not.
 * @throws {Error} With each rule that it breaks.
 */
export function readOtlpProfiles(
  bytes: Uint8Array,
  { isForwarded = false }: { isForwarded?: boolean } = {},
): ReadProfile[] {
  const request = decodeMessage(SCHEMA, "Request", bytes);
  const problems: string[] = [];
  const dictionary: Message = request["dictionary"] ?? {};
  checkDictionary(dictionary, (problem) => problems.push(problem));
  const profiles = (request["resourceProfiles"] as Message[]).flatMap((resource) =>
    (resource["scopeProfiles"] as Message[]).flatMap(({ scope, profiles }) =>
      (profiles as Message[]).map((profile) => ({ resource, scope, profile }))
    )
  );
  for (const { resource, profile } of profiles) {
    const attributes: Message[] = resource["resource"]?.attributes ?? [];
    if (isForwarded) withTexts(attributes, dictionary["strings"] ?? []);
    else if (attributes.some(({ keyIndex, value }) => keyIndex ?? value?.stringIndex)) {
      problems.push("an attribute of the resource is named by its index");
    }
    checkProfile(profile, dictionary, (problem) => problems.push(problem));
    checkAttributes(resource["resource"]?.attributes ?? [], (problem) => problems.push(problem));
  }
  if (profiles.length === 0) problems.push("no profile");
  if (problems.length > 0) throw new Error(problems.slice(0, 20).join("\n"));
  // A Collector leaves texts of resources in the dictionary.
  if (!isForwarded) checkOrphans(profiles.map(({ profile }) => profile), dictionary);
  return profiles.map(({ resource, scope, profile }) =>
    describe(profile, dictionary, {
      resource: plainAttributes(resource["resource"]?.attributes ?? []),
      scope: scope?.name ?? "",
    })
  );
}

/** Puts texts where a Collector has put their indices. */
function withTexts(attributes: readonly Message[], strings: readonly string[]): void {
  for (const attribute of attributes) {
    const { keyIndex, value } = attribute;
    if (keyIndex) attribute["key"] = strings[Number(keyIndex)];
    if (value?.stringIndex) value.string = strings[Number(value.stringIndex)];
  }
}

type Report = (problem: string) => void;

const TABLES = ["mappings", "locations", "functions", "links", "strings", "attributes", "stacks"];

/** Entry 0 is there and empty, no entry is there twice, and every index leads to an entry. */
function checkDictionary(dictionary: Message, report: Report): void {
  for (const table of TABLES) {
    const entries = (dictionary[table] ?? []) as unknown[];
    if (entries.length === 0) {
      report(`${table}: empty, must have entry 0`);
      continue;
    }
    const texts = entries.map(textOf);
    const zero = table === "strings" ? "" : texts[0];
    if (table === "strings" ? entries[0] !== "" : !isEmpty(entries[0])) {
      report(`${table}[0] is not empty`);
    }
    const seen = new Map<string, number>();
    for (const [i, text] of texts.entries()) {
      if (seen.has(text)) report(`${table}[${i}] equals ${table}[${seen.get(text)}]`);
      if (i > 0 && text === zero) report(`${table}[${i}] is empty`);
      seen.set(text, i);
    }
  }
  const check = indexCheck(dictionary, report);
  for (const [i, mapping] of list(dictionary, "mappings").entries()) {
    check("strings", mapping["filename"], `mappings[${i}].filename`);
    const [start, limit] = [mapping["start"] ?? 0n, mapping["limit"] ?? 0n];
    if (!(start === 0n && limit === 0n) && start >= limit) report(`mappings[${i}]: no range`);
    checkIndices(mapping["attributes"], dictionary, `mappings[${i}]`, report);
  }
  for (const [i, location] of list(dictionary, "locations").entries()) {
    check("mappings", location["mapping"], `locations[${i}].mapping`);
    checkIndices(location["attributes"], dictionary, `locations[${i}]`, report);
    for (const line of location["lines"] as Message[]) {
      check("functions", line["function"], `locations[${i}].function`);
      if ((line["line"] ?? 0n) < 0n || (line["column"] ?? 0n) < 0n) {
        report(`locations[${i}]: a line or a column is negative`);
      }
    }
  }
  for (const [i, fn] of list(dictionary, "functions").entries()) {
    for (const field of ["name", "systemName", "filename"]) {
      check("strings", fn[field], `functions[${i}].${field}`);
    }
    const names = [fn["name"], fn["systemName"], fn["filename"]];
    if (i > 0 && names.every((index) => !index)) report(`functions[${i}] has no name`);
    if ((fn["startLine"] ?? 0n) < 0n) report(`functions[${i}]: its line is negative`);
  }
  for (const [i, link] of list(dictionary, "links").entries()) {
    if (i === 0) continue;
    if (link["traceId"]?.length !== 16) report(`links[${i}]: the trace has not 16 bytes`);
    if (link["spanId"]?.length !== 8) report(`links[${i}]: the span has not 8 bytes`);
  }
  for (const [i, attribute] of list(dictionary, "attributes").entries()) {
    check("strings", attribute["key"], `attributes[${i}].key`);
    check("strings", attribute["unit"], `attributes[${i}].unit`);
    if (i > 0 && (!attribute["key"] || attribute["value"] === undefined)) {
      report(`attributes[${i}] lacks a key or a value`);
    }
  }
  for (const [i, stack] of list(dictionary, "stacks").entries()) {
    for (const location of stack["locations"]) {
      check("locations", location, `stacks[${i}]`);
      if (location === 0n) report(`stacks[${i}] has the empty location`);
    }
  }
}

function checkProfile(profile: Message, dictionary: Message, report: Report): void {
  const check = indexCheck(dictionary, report);
  for (const type of ["sampleType", "periodType"]) {
    const value = profile[type] as Message | undefined;
    if (value === undefined) {
      report(`${type} is missing`);
      continue;
    }
    check("strings", value["type"], `${type}.type`);
    check("strings", value["unit"], `${type}.unit`);
    if (!value["type"] || !value["unit"]) report(`${type} has an empty text`);
  }
  if (!((profile["period"] ?? 0n) > 0n)) report("the period is not positive");
  if (!((profile["duration"] ?? 0n) > 0n)) report("the duration is not positive");
  const time = profile["time"] ?? 0n;
  const now = BigInt(Date.now()) * 1_000_000n;
  if (time < 1_577_836_800_000_000_000n) report(`the time ${time} is before 2020`);
  if (time > now + 60_000_000_000n) report("the time is in the future");
  if (profile["id"]?.length !== 16 || profile["id"].every((byte: number) => byte === 0)) {
    report("the id has not 16 bytes");
  }
  if (profile["samples"].length === 0) report("no sample");
  const seen = new Set<string>();
  for (const [i, sample] of (profile["samples"] as Message[]).entries()) {
    check("stacks", sample["stack"], `samples[${i}].stack`);
    check("links", sample["link"], `samples[${i}].link`);
    checkIndices(sample["attributes"], dictionary, `samples[${i}]`, report);
    // Pyroscope refuses several values, and times.
    if (sample["values"].length !== 1) report(`samples[${i}] has not one value`);
    if (sample["times"].length > 0) report(`samples[${i}] has times`);
    if (!(sample["values"][0] > 0n)) report(`samples[${i}]: its value is not positive`);
    const key = `${sample["stack"]} ${sample["link"]} ${[...sample["attributes"]].sort()}`;
    if (seen.has(key)) report(`samples[${i}] is there twice`);
    seen.add(key);
  }
}

function checkAttributes(attributes: readonly Message[], report: Report): void {
  const keys = attributes.map(({ key }) => key);
  if (keys.some((key) => !key)) report("an attribute of the resource has no key");
  if (new Set(keys).size < keys.length) report("a key of the resource is there twice");
  if (!keys.includes("service.name")) report("the resource has no service.name");
}

function indexCheck(dictionary: Message, report: Report) {
  return (table: string, index: bigint | undefined, of: string) => {
    const length = list(dictionary, table).length;
    const value = index ?? 0n;
    if (value < 0n || value >= BigInt(length)) report(`${of}: ${value} is not in ${table}`);
  };
}

function checkIndices(
  indices: readonly bigint[],
  dictionary: Message,
  of: string,
  report: Report,
): void {
  const keys: unknown[] = [];
  for (const index of indices) {
    indexCheck(dictionary, report)("attributes", index, `${of}.attributes`);
    if (index === 0n) report(`${of} has the empty attribute`);
    keys.push(list(dictionary, "attributes")[Number(index)]?.["key"]);
  }
  if (new Set(keys).size < keys.length) report(`${of} has a key twice`);
}

/** Every entry but the empty ones is used. */
function checkOrphans(profiles: readonly Message[], dictionary: Message): void {
  const used: Record<string, Set<number>> = {};
  for (const table of TABLES) used[table] = new Set([0]);
  const use = (table: string, index: bigint | undefined) => used[table]!.add(Number(index ?? 0n));
  for (const profile of profiles) {
    for (const type of [profile["sampleType"], profile["periodType"]]) {
      use("strings", type.type);
      use("strings", type.unit);
    }
    for (const sample of profile["samples"]) {
      use("stacks", sample.stack);
      use("links", sample.link);
      for (const index of sample.attributes) use("attributes", index);
    }
  }
  for (const i of used["stacks"]!) {
    for (const index of list(dictionary, "stacks")[i]!["locations"]) use("locations", index);
  }
  for (const i of used["locations"]!) {
    const location = list(dictionary, "locations")[i]!;
    use("mappings", location["mapping"]);
    for (const line of location["lines"]) use("functions", line.function);
    for (const index of location["attributes"]) use("attributes", index);
  }
  for (const i of used["mappings"]!) {
    use("strings", list(dictionary, "mappings")[i]!["filename"]);
  }
  for (const i of used["functions"]!) {
    const fn = list(dictionary, "functions")[i]!;
    for (const field of ["name", "systemName", "filename"]) use("strings", fn[field]);
  }
  for (const i of used["attributes"]!) {
    const attribute = list(dictionary, "attributes")[i]!;
    use("strings", attribute["key"]);
    use("strings", attribute["unit"]);
  }
  for (const table of TABLES) {
    const length = list(dictionary, table).length;
    if (used[table]!.size < length) {
      throw new Error(`${table}: ${length - used[table]!.size} entries are not used`);
    }
  }
}

function describe(
  profile: Message,
  dictionary: Message,
  facts: Pick<ReadProfile, "resource" | "scope">,
): ReadProfile {
  const strings = dictionary["strings"] as string[];
  const text = (index: bigint | undefined) => strings[Number(index ?? 0n)]!;
  const typeText = ({ type, unit }: Message) => `${text(type)}/${text(unit)}`;
  const attributesOf = (indices: readonly bigint[]) =>
    Object.fromEntries(indices.map((index) => {
      const { key, value } = list(dictionary, "attributes")[Number(index)]!;
      return [text(key), plainValue(value)];
    }));
  const locationsOf = (sample: Message): Message[] => {
    const stack = list(dictionary, "stacks")[Number(sample["stack"] ?? 0n)]!;
    const indices = stack["locations"] as bigint[];
    return indices.map((index) => list(dictionary, "locations")[Number(index)]!).reverse();
  };
  const frameText = ({ lines }: Message) => {
    const [{ function: index, line = 0n } = {} as Message] = lines as Message[];
    const { name, filename } = list(dictionary, "functions")[Number(index ?? 0n)]!;
    return filename ? `${text(name)}@${text(filename)}:${line}` : text(name);
  };
  return {
    ...facts,
    sampleType: typeText(profile["sampleType"]),
    periodType: typeText(profile["periodType"]),
    period: Number(profile["period"]),
    time: profile["time"],
    duration: Number(profile["duration"]),
    samples: (profile["samples"] as Message[]).map((sample) => ({
      frames: locationsOf(sample).map(frameText),
      types: locationsOf(sample).map(({ attributes }) =>
        String(attributesOf(attributes)["profile.frame.type"] ?? "")
      ),
      attributes: attributesOf(sample["attributes"]),
      value: Number(sample["values"][0]),
      spanId: [...list(dictionary, "links")[Number(sample["link"] ?? 0n)]!["spanId"] ?? []]
        .map((byte: number) => byte.toString(16).padStart(2, "0")).join(""),
    })),
  };
}

function plainAttributes(attributes: readonly Message[]): Record<string, string | number> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: Message | undefined): string | number {
  return value?.["string"] ?? Number(value?.["int"] ?? 0n);
}

function list(dictionary: Message, table: string): Message[] {
  return (dictionary[table] ?? []) as Message[];
}

/** Zeros of the right length are empty too, and so is a message without fields. */
function isEmpty(entry: unknown): boolean {
  if (entry instanceof Uint8Array) return entry.every((byte) => byte === 0);
  if (Array.isArray(entry)) return entry.length === 0;
  if (typeof entry === "object" && entry !== null) return Object.values(entry).every(isEmpty);
  return entry === 0n || entry === "";
}

function textOf(entry: unknown): string {
  return JSON.stringify(
    entry,
    (_, value) =>
      typeof value === "bigint" ? `${value}` : value instanceof Uint8Array ? [...value] : value,
  );
}
