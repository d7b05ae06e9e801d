import {parentPort} from 'node:worker_threads';
import {StrataError} from '../errors.ts';
import {type PackRequest, packLayer} from './pack.ts';
import type {PackAnswer, PackNews} from './packer.ts';

// The entry file of a thread that packs one layer at a time: packer.ts starts it.
parentPort?.on('message', async (request: PackRequest) => {
	parentPort?.postMessage(await answer(request));
});

async function answer(request: PackRequest): Promise<PackAnswer> {
	try {
		return {packed: await packLayer(request, progress => parentPort?.postMessage({progress} satisfies PackNews))};
	} catch (error) {
		if (!(error instanceof StrataError)) return {error: error as Error, facts: {...(error as Error)}};
		const {code, message, notes, help} = error;
		return {refused: {code, reason: message, notes, help}};
	}
}
