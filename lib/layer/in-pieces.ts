/** A list in pieces of at most a thousand: as one text, the TOC of a large layer is the most that packing it has in memory. */
export function* inPieces<Item>(list: readonly Item[]): Generator<readonly Item[], void> {
	for (let at = 0; at < list.length; at += atOnce) yield list.slice(at, at + atOnce);
}

const atOnce = 1000;
