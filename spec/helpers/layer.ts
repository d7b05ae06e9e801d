import {writeFileSync} from 'node:fs';
import {mkdtemp, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type PackRequest, packLayer} from '../../lib/layer/pack.ts';
import type {PackedLayer} from '../../lib/layer/packed.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import type {Toc} from '../../lib/tree/toc.ts';

/** A layer that a test packed, and where. */
export interface TestLayer extends PackedLayer {
	readonly blob: string;
	readonly toc: Toc;
}

/** Packs a layer into a folder of its own below `folder`. */
export async function packInto(
	folder: string,
	source: PackRequest['source'],
	options: Partial<PackRequest> = {},
): Promise<TestLayer> {
	const place = await mkdtemp(join(folder, 'packed-'));
	const [blob, toc] = [join(place, 'blob'), join(place, 'toc')];
	const packed = await packLayer({source, blob, toc, ...options});
	return {...packed, blob, toc: JSON.parse(await readFile(toc, 'utf8')) as Toc};
}

/** Writes a layer's blob as it is given, and answers its path. */
export function blobOf(folder: string, bytes: Uint8Array): string {
	const path = join(folder, 'layer');
	writeFileSync(path, bytes);
	return path;
}

/** A regular file of a layer, its content at hand. */
export function file(path: string, content: string | Buffer = '', rest: Partial<Entry> = {}): Entry {
	const data = Buffer.from(content);
	return {...bare(path), type: 'file', size: data.length, content: {from: 'bytes', data}, ...rest};
}

/** A directory of a layer. */
export function directory(path: string, rest: Partial<Entry> = {}): Entry {
	return {...bare(path), type: 'directory', mode: 0o755, ...rest};
}

/** A path of a layer that is neither file nor directory. */
export function special(path: string, type: Entry['type'], rest: Partial<Entry> = {}): Entry {
	return {...bare(path), type, mode: type === 'whiteout' || type === 'opaque' ? 0 : 0o777, ...rest};
}

function bare(path: string) {
	return {path, mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0};
}
