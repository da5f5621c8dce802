/*
 * The part of pprof-format that this package uses; bundles/deno.json names its version. Numbers
 * that stand for text are indices in the string table.
 */

/** All text of a profile. */
export class StringTable {
  constructor();
  /** Returns the index of a text, and adds a new text. */
  dedup(text: string): number;
}

/** Type and unit of a value. */
export interface ValueTypeInput {
  type: number;
  unit: number;
}

/** A stack, innermost first, with its values. */
export interface SampleInput {
  locationId: number[];
  value: number[];
  label: { key: number; str: number }[];
}

/** A file that code comes from. */
export interface MappingInput {
  id: number;
  filename: number;
  hasFunctions: boolean;
  hasFilenames: boolean;
  hasLineNumbers: boolean;
}

/** A place in the code. */
export interface LocationInput {
  id: number;
  mappingId: number;
  line: { functionId: number; line: number }[];
}

/** A function. */
export interface FunctionInput {
  id: number;
  name: number;
  systemName: number;
  filename: number;
  startLine: number;
}

/** The content of a profile. */
export interface ProfileInput {
  sampleType: ValueTypeInput[];
  sample: SampleInput[];
  mapping: MappingInput[];
  location: LocationInput[];
  function: FunctionInput[];
  stringTable: StringTable;
  timeNanos: bigint;
  durationNanos: bigint;
  periodType: ValueTypeInput;
  period: number;
  comment: number[];
  defaultSampleType: number;
}

/** A profile, to be encoded. */
export class Profile {
  constructor(data: ProfileInput);
  encode(): Uint8Array;
}
