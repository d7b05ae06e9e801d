/**
 * Names on Linux are bytes, ours are strings. A byte that is no UTF-8 becomes the lone surrogate U+DC00 + byte, as in
 * Python's surrogateescape (https://peps.python.org/pep-0383/): such a name survives JSON and comes back as its bytes.
 */
export function decodeName(bytes: Uint8Array): string {
	const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const text = buffer.toString();
	if (!text.includes('\ufffd') || Buffer.from(text).equals(buffer)) return text;
	return escapeBytes(buffer);
}

/** The bytes of a name: the inverse of `decodeName`. */
export function encodeName(name: string): Buffer {
	if (!loneSurrogate.test(name)) return Buffer.from(name);
	const pieces = Array.from(name, character => {
		const code = character.codePointAt(0) ?? 0;
		return code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(character);
	});
	return Buffer.concat(pieces);
}

/** A path as calls of the system take it: a string, unless it has bytes that are no UTF-8. */
export function nativePath(path: string): string | Buffer {
	return loneSurrogate.test(path) ? encodeName(path) : path;
}

const loneSurrogate = /\p{Surrogate}/u;

function escapeBytes(buffer: Buffer): string {
	let text = '';
	for (let at = 0; at < buffer.length; ) {
		const length = sequenceLength(buffer, at);
		text += length === 0 ? String.fromCharCode(0xdc00 + (buffer[at] ?? 0)) : buffer.toString('utf8', at, at + length);
		at += Math.max(1, length);
	}
	return text;
}

/** How many bytes the character that begins at `at` has; 0 if none does. */
function sequenceLength(buffer: Buffer, at: number): number {
	for (let length = 1; length <= 4 && at + length <= buffer.length; length++) {
		const piece = buffer.subarray(at, at + length);
		if (Buffer.from(piece.toString()).equals(piece)) return length;
	}
	return 0;
}
