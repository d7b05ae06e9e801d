import {Unreadable} from '../package.ts';

/** https://rpm-software-management.github.io/rpm/manual/tags.html */
const tags = {
	name: 1000,
	version: 1001,
	release: 1002,
	epoch: 1003,
	vendor: 1011,
	licence: 1014,
	arch: 1022,
	source: 1044,
} as const;

/** What an rpm's header says; absent where it says nothing. */
export type RpmHeader = Readonly<Partial<Record<keyof typeof tags, string>>>;

const type = {int32: 4, text: 6, translated: 9} as const;

/**
 * Reads a header as databases of rpm keep it, without what a file has before it:
 * https://rpm-software-management.github.io/rpm/manual/format_header.html
 */
export function readHeader(bytes: Buffer): RpmHeader {
	try {
		const [count, size] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
		const values = bytes.subarray(8 + 16 * count, 8 + 16 * count + size);
		const found = new Map<number, string>();
		for (let at = 8; at < 8 + 16 * count; at += 16) {
			const [tag, kind, offset] = [0, 4, 8].map(field => bytes.readUInt32BE(at + field));
			if (tag === undefined || offset === undefined) continue;
			if (kind === type.text || kind === type.translated) found.set(tag, textAt(values, offset));
			else if (kind === type.int32) found.set(tag, `${values.readUInt32BE(offset)}`);
		}
		return Object.fromEntries(
			Object.entries(tags).flatMap(([name, tag]) => (found.has(tag) ? [[name, found.get(tag)]] : [])),
		);
	} catch (error) {
		if (error instanceof RangeError) throw new Unreadable('has a damaged header');
		throw error;
	}
}

function textAt(values: Buffer, offset: number): string {
	const end = values.indexOf(0, offset);
	if (end < 0) throw new RangeError('a text does not end');
	return values.toString('utf8', offset, end);
}
