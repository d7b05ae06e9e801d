import {parentPort} from 'node:worker_threads';
import {StrataError} from '../errors.ts';
import {expectLayer, packLayer} from './pack.ts';
import type {PackAnswer, PackForecast, PackNews, PackOrder} from './packer.ts';
import {receiveEntries} from './sent-entries.ts';

// The entry file of a thread that packs one layer at a time: packer.ts starts it.
let stop = new AbortController();

parentPort?.on('message', async (message: PackOrder | PackForecast | 'stop') => {
	if (message === 'stop') return stop.abort();
	if ('expected' in message) return expectLayer(message.expected);
	stop = new AbortController();
	parentPort?.postMessage(await answer(message, stop.signal));
});

async function answer({source, ...order}: PackOrder, signal: AbortSignal): Promise<PackAnswer> {
	const tell = (progress: PackNews['progress']) => parentPort?.postMessage({progress} satisfies PackNews);
	try {
		const entries = 'files' in source ? {entries: receiveEntries(source)} : source;
		return {packed: await packLayer({...order, source: entries}, tell, signal)};
	} catch (error) {
		if (signal.aborted) return {stopped: true};
		if (!(error instanceof StrataError)) return {error: error as Error, facts: {...(error as Error)}};
		const {code, message, notes, help} = error;
		return {refused: {code, reason: message, notes, help}};
	}
}
