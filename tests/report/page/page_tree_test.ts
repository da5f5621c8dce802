import { deepEqual, equal } from "node:assert/strict";

import { unpack } from "../../../bundles/page/model.ts";
import { activityFrame, type Frame } from "../../../lib/recording/frame.ts";
import { PageTree } from "../../../lib/report/page/page_tree.ts";
import { Frames } from "../../support/page_model.ts";

const frames = new Frames();
const [main, native] = [frames.at("main", 1), frames.code("memmove")];

/** A stack of the thread `t`. */
const stack = (frames: readonly Frame[], isCut = false, thread = "t") => ({
  thread,
  frames,
  isCut,
});

/** The nodes of a tree, as `depth spot`. */
function nodesOf({ data }: ReturnType<PageTree["end"]>): string[] {
  const [depth, spot] = [unpack(data.nodes.depth), unpack(data.nodes.spot)];
  return Array.from(depth, (level, node) => `${level} ${spot[node]}`);
}

Deno.test("PageTree has calls in preorder, and the place of each stack", () => {
  const tree = new PageTree();
  const numbers = [
    tree.add(stack([main, native])),
    tree.add(stack([native], false, "u")),
    tree.add(stack([main])),
    tree.add(stack([main, main])),
    tree.add(stack([main, native])),
  ];
  const ended = tree.end();
  // Two spots come before the labels t and u.
  deepEqual(nodesOf(ended), ["0 0", "1 2", "2 0", "3 1", "3 0", "1 3", "2 1"]);
  deepEqual(numbers.map((number) => ended.order[number]), [3, 6, 2, 4, 3]);
  deepEqual(ended.data.labels, ["t", "u"]);
});

Deno.test("PageTree has a spot for each line, tier and inlining of one function", () => {
  const tree = new PageTree();
  const [one, two] = [frames.at("f", 11), frames.at("f", 12)];
  const [fast, inlined] = [
    frames.at("f", 12, { tier: "turbofan" }),
    frames.at("f", 12, { tier: "turbofan", isInlined: true }),
  ];
  const column = frames.at("f", 12, { position: { line: 12, column: 9 } });
  for (const frame of [one, two, fast, inlined, column]) tree.add(stack([frame]));
  const { functions, spots, files } = tree.end().data;
  deepEqual([functions.name, files], [["f"], ["/a.ts"]]);
  deepEqual([...unpack(functions.file), ...unpack(functions.line)], [1, 10]);
  deepEqual([...unpack(spots.line)], [11, 12, 12, 12]);
  deepEqual([...unpack(spots.tier)], [0, 0, 4, 4]);
  deepEqual([...unpack(spots.inlined)], [0, 0, 0, 1]);
});

Deno.test("PageTree has stacks that are cut off apart, but not those of collections", () => {
  const tree = new PageTree();
  tree.add(stack([main]));
  tree.add(stack([native], true));
  tree.add(stack([activityFrame("garbage collection")], true));
  const ended = tree.end();
  deepEqual(ended.data.labels, ["t", "cut off: the outermost callers are missing"]);
  deepEqual(nodesOf(ended), ["0 0", "1 3", "2 0", "2 4", "3 1", "2 2"]);
});

Deno.test("PageTree matches functions by name and file if lines are ignored", () => {
  const [before, after] = [frames.at("g", 31), frames.at("g", 41)];
  const trees = [true, false].map((ignoresLines) => {
    const tree = new PageTree({ ignoresLines });
    const numbers = [tree.add(stack([before])), tree.add(stack([after]), () => 31)];
    return { isOne: numbers[0] === numbers[1], ...tree.end() };
  });
  deepEqual(trees.map(({ isOne }) => isOne), [true, false]);
  deepEqual(trees.map(({ data }) => data.functions.name.length), [1, 2]);
  deepEqual([...unpack(trees[0]!.data.spots.line)], [31]);
  equal(trees[0]!.data.nodes.depth.length, 3);
});
