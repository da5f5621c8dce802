/*
 * The messages of OpenTelemetry's profiles that this package sends; bundles/otlp/README.md names the
 * version of their description. `…Strindex` and `…Index` are indices in the dictionary's tables.
 */

/** A number of 64 bits, in halves. */
export interface Halves {
  low: number;
  high: number;
  unsigned: boolean;
}

/** A value of an attribute. */
export type AnyValue = { stringValue: string } | { intValue: number };

/** An attribute of a resource. */
export interface KeyValue {
  key: string;
  value: AnyValue;
}

/** An attribute in the dictionary. */
export interface KeyValueAndUnit {
  keyStrindex?: number;
  value?: AnyValue;
}

/** A program or a library. */
export interface Mapping {
  filenameStrindex?: number;
}

/** A place in a function. */
export interface Line {
  functionIndex: number;
  line?: number;
  column?: number;
}

/** A place in the code. */
export interface Location {
  mappingIndex?: number;
  lines?: Line[];
  attributeIndices?: number[];
}

/** A function. */
export interface FunctionEntry {
  nameStrindex?: number;
  filenameStrindex?: number;
  startLine?: number;
}

/** A span of a trace. */
export interface Link {
  traceId?: Uint8Array;
  spanId?: Uint8Array;
}

/** A stack, innermost first. */
export interface StackEntry {
  locationIndices?: number[];
}

/** The tables that samples refer to. Entry 0 of each is empty. */
export interface ProfilesDictionary {
  mappingTable: Mapping[];
  locationTable: Location[];
  functionTable: FunctionEntry[];
  linkTable: Link[];
  stringTable: string[];
  attributeTable: KeyValueAndUnit[];
  stackTable: StackEntry[];
}

/** Type and unit of values. */
export interface ValueType {
  typeStrindex: number;
  unitStrindex: number;
}

/** Samples of one stack. */
export interface ProfileSample {
  stackIndex: number;
  attributeIndices: number[];
  linkIndex?: number;
  values: number[];
}

/** The samples of a process. */
export interface Profile {
  sampleType: ValueType;
  samples: ProfileSample[];
  timeUnixNano: Halves;
  durationNano: Halves;
  periodType: ValueType;
  period: number;
  profileId: Uint8Array;
}

/** The profiles of a process. */
export interface ResourceProfiles {
  resource: { attributes: KeyValue[] };
  scopeProfiles: { scope: { name: string; version: string }; profiles: Profile[] }[];
}

/** The content of a request. */
export interface ExportRequest {
  resourceProfiles: ResourceProfiles[];
  dictionary: ProfilesDictionary;
}

/** Encodes requests. */
export const ExportProfilesServiceRequest: {
  encode(request: ExportRequest): { finish(): Uint8Array<ArrayBuffer> };
};

/** Reads encoded messages. */
export class Reader {
  static create(bytes: Uint8Array): Reader;
  pos: number;
  len: number;
  uint32(): number;
  int64(): number | { toNumber(): number };
  string(): string;
  skipType(wireType: number): Reader;
}
