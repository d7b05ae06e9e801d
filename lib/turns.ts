import {setImmediate} from 'node:timers/promises';

/** How long other work may have to wait for its turn, in milliseconds. */
const patience = 25;

/** For long work that waits for nothing: called between its pieces, gives others their turn now and then. Rejects with the reason of `signal`. */
export function turns(signal?: AbortSignal): () => Promise<void> | undefined {
	let since = performance.now();
	const turn = async () => {
		await setImmediate();
		signal?.throwIfAborted();
		since = performance.now();
	};
	return () => (performance.now() - since < patience ? undefined : turn());
}
