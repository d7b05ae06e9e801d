import {createHash} from 'node:crypto';
import {crc32} from 'node:zlib';
import {type Digest, digestFromHex, digestOf} from '../oci/digest.ts';
import type {Entry} from '../tree/entry.ts';
import {nativePath} from '../tree/name.ts';
import {factsOf, type TocEntry} from '../tree/toc.ts';
import {openContent} from './content.ts';
import {changedFile} from './errors.ts';
import {blockSize, paddingOf} from './header.ts';
import {keepsBody} from './layer-toc.ts';
import type {TarBlocks} from './tar-blocks.ts';
import {tarHeader} from './tar-entry.ts';

/** Appends the content of a file to a tar, and answers what its entry in the TOC has of it. */
export type AppendContent = (tar: TarBlocks, entry: Entry) => Promise<Pick<TocEntry, 'digest' | 'body'>>;

/** Appends an entry to a tar, and answers what the TOC has of it. Begins a block where that is due. */
export async function appendEntry(tar: TarBlocks, entry: Entry, appendContent: AppendContent): Promise<TocEntry> {
	const header = tarHeader(entry);
	if (beginsBlock(entry, header.length + entry.size)) await tar.cut();
	await tar.write(header);
	const facts = factsOf(entry);
	if (entry.type !== 'file') return facts;
	facts.offset = tar.position;
	const {digest, body} = await appendContent(tar, entry);
	if (digest !== undefined) facts.digest = digest;
	if (body !== undefined) facts.body = body;
	const padding = paddingOf(entry.size);
	if (padding > 0) await tar.write(zeros.subarray(0, padding));
	return facts;
}

const zeros = Buffer.alloc(blockSize);

/** Blocks of the encoder are of this size in the mean. */
const meanBlock = 256 * 1024;

/**
 * Whether a block of the encoder begins with this entry. Depends on the entry alone: an edit elsewhere in the
 * layer moves no boundary here, so blocks can be taken over from an older layer. Likelier the larger the entry is.
 */
function beginsBlock({path}: Entry, length: number): boolean {
	return crc32(nativePath(path)) * meanBlock < length * 2 ** 32;
}

/** Reads the content from where it is. `advance` hears of every piece. Throws if it is not what its entry says. */
export function readingContent(advance: (bytes: number) => void = () => {}): AppendContent {
	return async (tar, entry) => {
		using content = openContent(entry);
		const hash = isSure(entry) ? undefined : createHash('sha256');
		const body: Buffer[] | undefined = keepsBody(entry) ? [] : undefined;
		const read = (into: Buffer, at: number, most: number) => {
			const count = content.read(into, at, most);
			hash?.update(into.subarray(at, at + count));
			body?.push(Buffer.from(into.subarray(at, at + count)));
			advance(count);
			return count;
		};
		const known = knownDigest(entry);
		await tar.fill(entry.size, read, known);
		content.finish();
		const digest = hash ? digestFromHex(hash.digest('hex')) : known;
		// An entry that comes with a digest was hashed before, and its cache key rests on that.
		if (digest === undefined || (known !== undefined && known !== digest)) {
			throw changedFile(entry.content?.from === 'file' ? entry.content.path : entry.path);
		}
		return body ? {digest, body: Buffer.concat(body).toString('base64')} : {digest};
	};
}

/** Whether the state of a file says that it has the digest of its entry; that it is in this state is seen at its end. */
export function isSure({content, digest}: Entry): boolean {
	return (
		digest !== undefined && content?.from === 'file' && content.offset === undefined && content.state !== undefined
	);
}

function knownDigest({content, digest}: Entry): Digest | undefined {
	return digest ?? (content?.from === 'bytes' ? digestOf(content.data) : undefined);
}
