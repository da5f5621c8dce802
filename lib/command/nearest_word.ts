/**
 * The word that a mistyped one most likely stands for: one that it begins or is the beginning of, or else
 * the one that the fewest changed letters lead to.
 *
 * @param word The mistyped word.
 * @param known The words that there are.
 * @returns `undefined` where none is near.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const longer = known.find((name) =>
    Math.min(name.length, word.length) >= SHORTEST_START &&
    (name.startsWith(word) || word.startsWith(name))
  );
  if (longer !== undefined) return longer;
  const [nearest] = known.map((name) => ({ name, distance: editDistance(word, name) }))
    .filter(({ name, distance }) => 3 * distance <= name.length)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.name;
}

/** Letters that two words must have in common at their start. */
const SHORTEST_START = 3;

/** How many letters must be changed, added or taken away (Levenshtein). */
function editDistance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 0; i < one.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const changed = above[j]! + (one[i] === other[j] ? 0 : 1);
      row.push(Math.min(changed, above[j + 1]! + 1, row[j]! + 1));
    }
    above = row;
  }
  return above[other.length]!;
}
