import {copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {placeBlob} from '../export/place.ts';

/**
 * Makes a store at `to` that has the images and the bases of the one at `from`, and nothing of its steps. Their blobs are shared
 * where the file system can. Nobody may prune `from` meanwhile.
 */
export async function seedStore(from: string, to: string, signal: AbortSignal): Promise<void> {
	const blobs = join(from, 'blobs/sha256');
	mkdirSync(join(to, 'blobs/sha256'), {recursive: true});
	for (const name of readdirSync(blobs)) {
		signal.throwIfAborted();
		await placeBlob(join(blobs, name), statSync(join(blobs, name)).size, to);
	}
	for (const name of ['oci-layout', 'index.json']) copyFileSync(join(from, name), join(to, name));
	if (existsSync(join(from, 'bases'))) cpSync(join(from, 'bases'), join(to, 'bases'), {recursive: true});
}
