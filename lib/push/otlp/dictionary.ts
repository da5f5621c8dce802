import { type Frame, type FrameKind, namelessName } from "../../recording/frame.ts";
import type { FunctionEntry, Location, ProfilesDictionary } from "./otlp_messages.js";

/** `profile.frame.type` of OpenTelemetry's conventions, by whose code a frame is. */
function frameType({ kind, file }: Frame): string {
  if (file !== undefined) return "v8js";
  const types: Readonly<Record<FrameKind, string>> = {
    typescript: "v8js",
    npm: "v8js",
    runtime: "native",
    native: "native",
    kernel: "kernel",
  };
  return types[kind];
}

/**
 * The tables that the samples of a request refer to. Entry 0 of each table is empty, and no entry is
 * there twice (profiles.proto, ProfilesDictionary).
 */
export class Dictionary {
  readonly #tables: ProfilesDictionary = {
    mappingTable: [{}],
    locationTable: [{}],
    functionTable: [{}],
    linkTable: [{}],
    stringTable: [""],
    attributeTable: [{}],
    stackTable: [{}],
  };
  readonly #indices = new Map<string, number>();
  readonly #strings = new Map<string, number>([["", 0]]);
  readonly #locations = new Map<Frame, number>();

  /** The finished tables. */
  get tables(): ProfilesDictionary {
    return this.#tables;
  }

  /** The index of a text. */
  text(text: string): number {
    // Half of a surrogate pair has no form in UTF-8, and a receiver would refuse the whole request.
    const value = text.toWellFormed();
    let index = this.#strings.get(value);
    if (index === undefined) {
      index = this.#tables.stringTable.push(value) - 1;
      this.#strings.set(value, index);
    }
    return index;
  }

  /** The index of an attribute. */
  attribute(name: string, value: string | number): number {
    return this.#index(
      `attribute ${typeof value} ${name}\0${value}`,
      this.#tables.attributeTable,
      () => ({
        keyStrindex: this.text(name),
        value: typeof value === "string"
          ? { stringValue: value.toWellFormed() }
          : { intValue: value },
      }),
    );
  }

  /** The index of a stack, given outermost first. */
  stack(frames: readonly Frame[]): number {
    const locations = frames.map((frame) => this.#location(frame)).reverse();
    if (locations.length === 0) return 0;
    return this.#index(`stack ${locations.join()}`, this.#tables.stackTable, () => ({
      locationIndices: locations,
    }));
  }

  #location(frame: Frame): number {
    let index = this.#locations.get(frame);
    if (index === undefined) {
      this.#locations.set(frame, index = this.#newLocation(frame));
    }
    return index;
  }

  #newLocation(frame: Frame): number {
    const { file, module, position, line: firstLine = 0 } = frame;
    const type = frameType(frame);
    const functionIndex = this.#function(frame);
    const line = position?.line ?? firstLine;
    const column = position?.column ?? 0;
    // Code of a script is in memory, so only native code has a file that is mapped.
    const mappingIndex = file === undefined && module !== "" ? this.#mapping(module) : 0;
    return this.#index(
      `location ${functionIndex} ${line} ${column} ${mappingIndex} ${type}`,
      this.#tables.locationTable,
      (): Location => ({
        mappingIndex,
        lines: [{ functionIndex, line, column }],
        attributeIndices: [this.attribute("profile.frame.type", type)],
      }),
    );
  }

  #function({ name, file = "", line = 0, module }: Frame): number {
    const shown = name || namelessName(module);
    return this.#index(
      `function ${shown}\0${file}\0${line}`,
      this.#tables.functionTable,
      (): FunctionEntry => ({
        nameStrindex: this.text(shown),
        filenameStrindex: this.text(file),
        startLine: line,
      }),
    );
  }

  #mapping(module: string): number {
    return this.#index(`mapping ${module}`, this.#tables.mappingTable, () => ({
      filenameStrindex: this.text(module),
    }));
  }

  #index<Entry>(key: string, table: Entry[], make: () => Entry): number {
    let index = this.#indices.get(key);
    if (index === undefined) {
      const entry = make();
      index = table.push(entry) - 1;
      this.#indices.set(key, index);
    }
    return index;
  }
}
