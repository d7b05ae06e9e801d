import {readFileSync, statSync} from 'node:fs';
import {compareTars} from './compare-tars.ts';
import {isSameButOrder, isSameButTimes} from './texts.ts';

/** Why two contents of one file differ, as far as that can be told. */
export type ContentCause =
	/** A text has a time in it, or two texts have the same lines in another order. */
	| 'text-time'
	| 'text-order'
	/** An archive has the same members with other times, or in another order. */
	| 'member-times'
	| 'member-order'
	/** What is compressed is the same; gzip wrote down when. */
	| 'gzip-time'
	/** A compiled Python module holds the time of its source. */
	| 'pyc-time'
	| 'bytes';

/** Files above this size are not looked into. */
const largest = 64 * 1024 * 1024;

/** Looks into two files of the same name; both are on this disk. */
export async function contentCause(name: string, one: string, other: string): Promise<ContentCause> {
	if ([one, other].some(path => statSync(path).size > largest)) return 'bytes';
	const inTar = await compareTars(one, other);
	const [left, right] = [readFileSync(one), readFileSync(other)];
	if (inTar && inTar !== 'same') return inTar;
	if (isGzip(left) && isSameBut([4, 8], left, right)) return 'gzip-time';
	if (name.endsWith('.pyc') && isSameBut([8, 12], left, right)) return 'pyc-time';
	const texts = [left, right].map(textOf);
	const [text, otherText] = texts;
	if (text === undefined || otherText === undefined) return 'bytes';
	if (isSameButOrder(text, otherText)) return 'text-order';
	return isSameButTimes(text, otherText) ? 'text-time' : 'bytes';
}

/** https://www.rfc-editor.org/rfc/rfc1952#page-5 */
function isGzip(bytes: Buffer): boolean {
	return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function isSameBut([start, end]: readonly [number, number], one: Buffer, other: Buffer): boolean {
	return (
		one.length === other.length &&
		one.subarray(0, start).equals(other.subarray(0, start)) &&
		one.subarray(end).equals(other.subarray(end))
	);
}

/** Undefined if it is no text. */
function textOf(bytes: Buffer): string | undefined {
	return bytes.includes(0) ? undefined : bytes.toString('utf8');
}
