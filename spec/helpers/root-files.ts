import type {RootFiles} from '../../lib/attest/inventory.ts';
import {type DiffID, digestOf} from '../../lib/oci/digest.ts';
import {mergeTocs} from '../../lib/tree/merge.ts';
import {compareBytes} from '../../lib/tree/paths.ts';
import type {TocEntry} from '../../lib/tree/toc.ts';

/** Files of a layer by path; a link is `{to}`, another name of a file `{same}`, and `null` is a whiteout. */
export type LayerFiles = Readonly<
	Record<string, string | Buffer | {readonly to: string} | {readonly same: string} | null>
>;

/** The files of layers, the lowest first, with all contents at hand. */
export function rootOf(...layers: readonly LayerFiles[]): RootFiles {
	const contents = new Map<string, Buffer>();
	const stack = layers.map((files, at) => {
		const diffID = digestOf(`layer ${at}`) as string as DiffID;
		const toc = Object.entries(files).map(([path, value], offset) => {
			if (typeof value === 'string' || Buffer.isBuffer(value)) contents.set(`${diffID} ${offset}`, Buffer.from(value));
			return entryOf(path, value, offset);
		});
		return {diffID, toc: toc.sort((one, other) => compareBytes(one.path, other.path))};
	});
	return {
		tree: mergeTocs(stack),
		async read(files, show) {
			for (const file of files) {
				if (file.content?.from !== 'layer') throw new TypeError(`${file.path} lies in no layer`);
				const content = contents.get(`${file.content.diffID} ${file.content.offset}`) ?? Buffer.alloc(0);
				await show(file, pieces(content));
			}
		},
	};
}

function entryOf(path: string, value: LayerFiles[string], offset: number): TocEntry {
	const bare = {path, mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0};
	if (value === null) return {...bare, type: 'whiteout'};
	if (typeof value === 'string' || Buffer.isBuffer(value)) {
		return {...bare, type: 'file', size: Buffer.from(value).length, offset};
	}
	return 'to' in value
		? {...bare, type: 'symlink', linkname: value.to}
		: {...bare, type: 'hardlink', linkname: value.same};
}

/** As streams have it: in pieces that end anywhere. */
async function* pieces(content: Buffer) {
	for (let at = 0; at < content.length; at += 10_007) yield content.subarray(at, at + 10_007);
}
