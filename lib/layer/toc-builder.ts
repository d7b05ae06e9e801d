import type {Toc, TocEntry} from '../tree/toc.ts';
import {inTocOrder} from './tar-entry.ts';

/** Takes the entries of a tar in their order. */
export interface TocBuilder {
	add(entry: TocEntry): void;
	toc(): Toc;
}

/**
 * A tar may name a path twice; a TOC does not: what is unpacked last counts, as it does on a disk. A whiteout acts on
 * lower layers only, so beside an entry of the same path it is only seen where that is a directory: it is opaque then.
 */
export function tocBuilder(): TocBuilder {
	const entries = new Map<string, TocEntry>();
	const opaque = new Map<string, TocEntry>();

	const addWhiteout = (entry: TocEntry) => {
		const there = entries.get(entry.path);
		if (!there || there.type === 'whiteout') entries.set(entry.path, entry);
		else if (there.type === 'directory') opaque.set(entry.path, {...entry, type: 'opaque'});
	};
	const forgetBelow = (path: string) => {
		for (const map of [entries, opaque]) {
			for (const key of map.keys()) if (key.startsWith(`${path}/`)) map.delete(key);
		}
		opaque.delete(path);
	};
	return {
		add(entry) {
			const there = entries.get(entry.path);
			if (entry.type === 'opaque') opaque.set(entry.path, entry);
			else if (entry.type === 'whiteout') addWhiteout(entry);
			else {
				if (entry.type === 'directory' && there?.type === 'whiteout')
					opaque.set(entry.path, {...there, type: 'opaque'});
				if (entry.type !== 'directory' && there?.type === 'directory') forgetBelow(entry.path);
				entries.set(entry.path, entry);
			}
		},
		toc: () => inTocOrder([...entries.values(), ...opaque.values()]),
	};
}
