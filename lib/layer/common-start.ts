import type {Entry} from '../tree/entry.ts';
import type {TocEntry} from '../tree/toc.ts';
import {turns} from '../turns.ts';
import {type AppendContent, appendEntry, isSure, readingContent} from './append-entry.ts';
import {largestBlock} from './encoder.ts';
import {memberHeader} from './gzip-members.ts';
import type {KnownBlock} from './known-blocks.ts';
import {keepsBody} from './layer-toc.ts';
import type {SumsState} from './sums.ts';
import {type BlockSink, tarBlocks} from './tar-blocks.ts';

/** A piece of an older layer that the new one has at the same place. */
export interface Section {
	readonly blocks: readonly KnownBlock[];
	/** What the TOC has of the entries in it. */
	readonly toc: readonly TocEntry[];
	/** How far the sums of the layer are at its end. */
	readonly sums: SumsState;
}

/**
 * What a layer of these entries, in the order of its tar, begins with that an older layer begins with too, told by the names of the older one's
 * blocks. Files are not read whose state vouches for their digest, but for those whose content the TOC keeps.
 */
export async function* commonStart(
	entries: readonly Entry[],
	older: readonly KnownBlock[],
	signal?: AbortSignal,
): AsyncGenerator<Section, void> {
	const found: Section[] = [];
	const pause = turns(signal);
	const buffer = Buffer.allocUnsafe(largestBlock);
	let blocks: KnownBlock[] = [];
	let toc: TocEntry[] = [];
	let count = 0;
	let end = memberHeader.length;
	let differs = false;

	const sink: BlockSink = {
		async buffer() {
			await pause();
			return buffer;
		},
		add(_, size, {name, endsEntry} = {}) {
			const block = older[count++];
			differs ||= !block || block.name !== name || block.size !== size || block.offset !== end;
			if (differs || !block) return;
			blocks.push(block);
			end += block.length;
			if (block.sums && endsEntry) {
				found.push({blocks, toc, sums: block.sums});
				[blocks, toc] = [[], []];
			}
		},
	};
	const tar = await tarBlocks(sink, {named: true});
	for (const entry of entries) {
		if (!isForeseen(entry)) break;
		const appended = await appendEntry(tar, entry, isSure(entry) && !keepsBody(entry) ? unread : readingContent());
		if (found.length > 0) yield* found.splice(0);
		if (differs) break;
		toc.push(appended);
	}
}

/** Whether it is known, without reading much, what an entry makes of the tar. */
function isForeseen(entry: Entry): boolean {
	return entry.type !== 'file' || entry.content?.from === 'bytes' || isSure(entry);
}

/** As much as there would be, but not what. */
const unread: AppendContent = async (tar, {size, digest}) => {
	await tar.fill(size, undefined, digest);
	return {...(digest && {digest})};
};
