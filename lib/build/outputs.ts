import {exportArchive} from '../export/archive.ts';
import {exportDockerArchive} from '../export/docker-archive.ts';
import type {ExportedImage} from '../export/image.ts';
import {exportLayout} from '../export/layout.ts';
import {loadInto} from '../export/load.ts';
import type {Builder} from './builder.ts';
import type {Exported} from './events.ts';
import type {Output} from './options.ts';

/** Brings a finished image to where it was asked for, one place after the other. The image is in the store by then. */
export async function writeOutputs(image: ExportedImage, {request, store, events, signal}: Builder): Promise<void> {
	for (const output of request.outputs) {
		signal.throwIfAborted();
		const start = events.elapsed();
		const about = {type: 'export', output: output.type, dest: 'dest' in output ? output.dest : ''} as const;
		events.emit({...about, state: 'started', ms: 0});
		const written = await writeOutput(output, image, store);
		events.emit({...about, ...written, state: 'done', ms: events.elapsed() - start});
	}
}

/** Answers with what is known only then: the size of a file, or which program took the image. */
async function writeOutput(
	output: Output,
	image: ExportedImage,
	store: Builder['store'],
): Promise<Partial<Pick<Exported, 'size' | 'dest'>>> {
	switch (output.type) {
		case 'oci':
			if (output.tar || output.dest === '-') return {size: await exportArchive(streamOr(output.dest), image, store)};
			await exportLayout(output.dest, image, store);
			return {};
		case 'docker':
			return {size: await exportDockerArchive(streamOr(output.dest), image, store)};
		case 'load':
			return {dest: await loadInto(image, store)};
	}
}

function streamOr(dest: string) {
	return dest === '-' ? process.stdout : dest;
}
