import type {Bytes} from '../bytes.ts';

/** Content that is read piece by piece, mostly forwards. Whoever is done with it disposes of it, which lets go of what it is read from. */
export interface Cursor extends AsyncDisposable {
	/** The bytes from `start` up to `end`. What is asked for again is read again from the beginning; a part that is asked for before ends. */
	part(start: number, end: number): Bytes;
}

/** `open` begins the content anew; it is read no further than the parts that are asked for. */
export function cursor(open: () => Bytes): Cursor {
	const nothing = new Uint8Array();
	let chunks: AsyncIterator<Uint8Array> | undefined;
	/** What is read next, on its way. */
	let coming: Promise<IteratorResult<Uint8Array>> | undefined;
	let rest: Uint8Array = nothing;
	let [at, turn] = [0, 0];
	return {
		async *part(start, end) {
			turn += 1;
			const own = turn;
			if (!chunks || start < at) {
				await chunks?.return?.();
				chunks = open()[Symbol.asyncIterator]();
				coming = undefined;
				rest = nothing;
				at = 0;
			}
			while (at < end) {
				if (rest.byteLength === 0) {
					coming ??= chunks.next();
					const {done, value} = await coming;
					// who asked for another part meanwhile gets it
					if (own !== turn) return;
					coming = undefined;
					if (done) throw new Error(`content of at least ${end} bytes ends after ${at}`);
					rest = value;
				}
				const piece = rest.subarray(0, (at < start ? start : end) - at);
				rest = rest.subarray(piece.byteLength);
				at += piece.byteLength;
				if (at > start) yield piece;
			}
		},
		async [Symbol.asyncDispose]() {
			await chunks?.return?.();
		},
	};
}
