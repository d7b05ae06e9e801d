import {parentPort} from 'node:worker_threads';
import {StrataError} from '../errors.ts';
import {type PackRequest, packLayer} from './pack.ts';
import type {PackAnswer, PackNews} from './packer.ts';

// The entry file of a thread that packs one layer at a time: packer.ts starts it.
let stop = new AbortController();

parentPort?.on('message', async (message: PackRequest | 'stop') => {
	if (message === 'stop') return stop.abort();
	stop = new AbortController();
	parentPort?.postMessage(await answer(message, stop.signal));
});

async function answer(request: PackRequest, signal: AbortSignal): Promise<PackAnswer> {
	const tell = (progress: PackNews['progress']) => parentPort?.postMessage({progress} satisfies PackNews);
	try {
		return {packed: await packLayer(request, tell, signal)};
	} catch (error) {
		if (signal.aborted) return {stopped: true};
		if (!(error instanceof StrataError)) return {error: error as Error, facts: {...(error as Error)}};
		const {code, message, notes, help} = error;
		return {refused: {code, reason: message, notes, help}};
	}
}
