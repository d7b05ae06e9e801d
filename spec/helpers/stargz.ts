import {gunzipSync} from 'node:zlib';
import {digestOf} from '../../lib/oci/digest.ts';

/** A file of an eStargz blob, read as a lazy reader does: its chunks alone, each verified. */
export interface LazyFile {
	readonly name: string;
	readonly type: string;
	readonly mode: number;
	readonly linkName?: string;
	read(): string;
}

interface TableEntry {
	readonly name: string;
	readonly type: string;
	readonly mode: number;
	readonly size?: number;
	readonly linkName?: string;
	readonly digest?: string;
	readonly offset?: number;
	readonly chunkOffset?: number;
	readonly chunkSize?: number;
	readonly chunkDigest?: string;
}

/**
 * Reads an eStargz blob as https://github.com/containerd/stargz-snapshotter/blob/main/docs/estargz.md has it, from its footer: the
 * table of contents, which must have this digest, and by it each file. Throws where the blob is not what the document says.
 */
export function readStargz(blob: Buffer, tableDigest: string | undefined): readonly LazyFile[] {
	const at = tableOffset(blob);
	const {name, content} = tarFile(gunzipSync(blob.subarray(at, -footerSize)));
	expect(name === 'stargz.index.json', 'the table is the last file');
	expect(digestOf(content) === tableDigest, 'the table has the digest of the annotation');
	const {version, entries} = JSON.parse(content.toString()) as {version: number; entries: readonly TableEntry[]};
	expect(version === 1, 'the version is 1');
	const landmark = entries.find(entry => entry.name === '.no.prefetch.landmark');
	expect(landmark !== undefined && contentOf(landmark, {blob, entries, at}) === '\x0f', 'there is a landmark');
	return entries
		.filter(({type}) => type !== 'chunk')
		.map(entry => ({...entry, read: () => contentOf(entry, {blob, entries, at})}));
}

const footerSize = 51;

function tableOffset(blob: Buffer): number {
	const footer = blob.subarray(-footerSize);
	expect(gunzipSync(footer).length === 0, 'the footer is an empty gzip member');
	expect(footer[3] === 4 && footer.readUInt16LE(10) === 26, 'the footer has an extra field of 26 bytes');
	expect(footer.toString('latin1', 12, 14) === 'SG' && footer.readUInt16LE(14) === 22, 'the field is of SG');
	const [, offset] = /^([0-9a-f]{16})STARGZ$/.exec(footer.toString('latin1', 16, 38)) ?? [];
	expect(offset !== undefined, 'the field says where the table is');
	return Number.parseInt(offset ?? '', 16);
}

interface Table {
	readonly blob: Buffer;
	readonly entries: readonly TableEntry[];
	readonly at: number;
}

/** A member that begins with a content goes on with what follows it in the tar: only the chunk's own bytes count. */
function contentOf(entry: TableEntry, {blob, entries, at}: Table): string {
	const {size = 0} = entry;
	const chunks = entries.filter(({name, offset}) => name === entry.name && offset !== undefined);
	const pieces = chunks.map(({offset = 0, chunkOffset = 0, chunkSize, chunkDigest}) => {
		const next = Math.min(
			at,
			...entries.flatMap(other => (other.offset !== undefined && other.offset > offset ? [other.offset] : [])),
		);
		const piece = gunzipSync(blob.subarray(offset, next)).subarray(0, chunkSize ?? size - chunkOffset);
		expect(digestOf(piece) === chunkDigest, `a chunk of ${entry.name} has its digest`);
		return piece;
	});
	const content = Buffer.concat(pieces);
	expect(content.length === size && (size === 0 || digestOf(content) === entry.digest), `${entry.name} is whole`);
	return content.toString('latin1');
}

function tarFile(tar: Buffer): {name: string; content: Buffer} {
	const size = Number.parseInt(tar.toString('latin1', 124, 135), 8);
	return {name: tar.toString('latin1', 0, 100).replace(/\0.*$/s, ''), content: tar.subarray(512, 512 + size)};
}

function expect(holds: boolean, what: string): void {
	if (!holds) throw new Error(`not so: ${what}`);
}
