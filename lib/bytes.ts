import {writeSync} from 'node:fs';

/** Content on the move. Whoever makes one says when it rejects. */
export type Bytes = AsyncIterable<Uint8Array>;

/** Everything of `content` in one piece. Only for what is known to be small. */
export async function collect(content: Bytes): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of content) chunks.push(chunk);
	return Buffer.concat(chunks);
}

/** The same content, up to the first piece after `signal` is aborted: then it rejects with its reason. */
export async function* stoppedBy(signal: AbortSignal | undefined, content: Bytes): Bytes {
	for await (const chunk of content) {
		signal?.throwIfAborted();
		yield chunk;
	}
}

/** Bytes at hand as content on the move. */
export async function* inOnePiece(bytes: Uint8Array): Bytes {
	yield bytes;
}

/** Writes all of `bytes`: a write may take a part of them only. */
export function writeAll(fd: number, bytes: Uint8Array): void {
	for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
