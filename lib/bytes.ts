/** Content on the move. Whoever makes one says when it rejects. */
export type Bytes = AsyncIterable<Uint8Array>;

/** Everything of `content` in one piece. Only for what is known to be small. */
export async function collect(content: Bytes): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of content) chunks.push(chunk);
	return Buffer.concat(chunks);
}
