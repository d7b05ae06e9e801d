import {createHash} from 'node:crypto';
import type {Bytes} from '../bytes.ts';
import {StrataError} from '../errors.ts';
import {type Digest, digestFromHex} from './digest.ts';
import type {Descriptor} from './image.ts';

/** Content is not what its descriptor says. Where it came from is known to whoever catches it. */
export class DigestMismatchError extends StrataError {
	override readonly name = 'DigestMismatchError';
	readonly exitCode = 6;
	readonly expected: Descriptor;
	/** Absent where reading stopped because there was more than the descriptor's size. */
	readonly received?: Digest;
	readonly bytes: number;

	constructor(expected: Descriptor, received: Received, help: readonly string[] = []) {
		super('DIGEST_MISMATCH', `blob ${expected.digest} is not what its digest says`, {
			notes: mismatchNotes(expected, received),
			help,
		});
		this.expected = expected;
		this.bytes = received.bytes;
		if (received.digest) this.received = received.digest;
	}
}

/** What came instead of the content that a descriptor names. */
export interface Received {
	readonly digest?: Digest;
	readonly bytes: number;
}

/** The facts of a mismatch, one `note:` each. */
export function mismatchNotes(expected: Descriptor, received: Received, from?: string): string[] {
	const sizes = received.bytes === expected.size ? '' : `, expected ${count(expected.size)}`;
	const bytes = received.digest ? count(received.bytes) : `more than ${count(expected.size)}`;
	return [
		`expected ${expected.digest}`,
		...(received.digest ? [`received ${received.digest}`] : []),
		`${bytes} bytes${from === undefined ? '' : ` from ${from}`}${received.digest ? sizes : ''}`,
	];
}

/** What is verified while it is read, and by which descriptor. */
const verified = new WeakMap<Bytes, Descriptor>();

/**
 * Passes `content` on and rejects with a DigestMismatchError, or what `refuse` makes of it: at the end if digest or size differ from the
 * descriptor's, and as soon as there is more than its size, so that no liar fills a disk. What is verified so already is not hashed again.
 */
export function verify(
	descriptor: Descriptor,
	content: Bytes,
	refuse: (error: DigestMismatchError) => Error = error => error,
): Bytes {
	const before = verified.get(content);
	if (before?.digest === descriptor.digest && before.size === descriptor.size) return content;
	return verifiedBy(descriptor, verifying(descriptor, content, refuse));
}

/** Says of content that whoever makes it verifies it by this descriptor, or hands on as it is what is verified so. Without one it says nothing. */
export function verifiedBy(descriptor: Descriptor | undefined, content: Bytes): Bytes {
	if (descriptor) verified.set(content, descriptor);
	return content;
}

/** The descriptor by which content is verified while it is read, if it is known to be. */
export function verifierOf(content: Bytes): Descriptor | undefined {
	return verified.get(content);
}

async function* verifying(
	descriptor: Descriptor,
	content: Bytes,
	refuse: (error: DigestMismatchError) => Error,
): Bytes {
	const hash = createHash('sha256');
	let bytes = 0;
	for await (const chunk of content) {
		bytes += chunk.byteLength;
		if (bytes > descriptor.size) throw refuse(new DigestMismatchError(descriptor, {bytes}));
		hash.update(chunk);
		yield chunk;
	}
	const digest = digestFromHex(hash.digest('hex'));
	if (digest !== descriptor.digest || bytes !== descriptor.size)
		throw refuse(new DigestMismatchError(descriptor, {digest, bytes}));
}

function count(bytes: number): string {
	return bytes.toLocaleString('en-US');
}
