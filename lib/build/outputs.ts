import {exportArchive} from '../export/archive.ts';
import {exportDockerArchive} from '../export/docker-archive.ts';
import type {ExportedImage} from '../export/image.ts';
import {exportLayout} from '../export/layout.ts';
import {loadInto} from '../export/load.ts';
import type {Builder} from './builder.ts';
import type {Exported} from './events.ts';
import type {Output} from './options.ts';

/** Brings a finished image to where it was asked for, one place after the other. The image is in the store by then. */
export async function writeOutputs(image: ExportedImage, {request, store, events}: Builder): Promise<void> {
	for (const output of request.outputs) {
		const start = events.elapsed();
		const about = aboutOutput(output);
		events.emit({type: 'export', ...about, state: 'started', ms: 0});
		const size = await writeOutput(output, image, store);
		events.emit({
			type: 'export',
			...about,
			state: 'done',
			ms: events.elapsed() - start,
			...(size === undefined ? {} : {size}),
		});
	}
}

function aboutOutput(output: Output): Pick<Exported, 'output' | 'dest'> {
	return output.type === 'load' ? {output: 'load', dest: ''} : {output: output.type, dest: output.dest};
}

/** Answers with the size of the file, where it is one. */
async function writeOutput(output: Output, image: ExportedImage, store: Builder['store']): Promise<number | undefined> {
	switch (output.type) {
		case 'oci':
			if (output.tar || output.dest === '-') return exportArchive(streamOr(output.dest), image, store);
			await exportLayout(output.dest, image, store);
			return undefined;
		case 'docker':
			return exportDockerArchive(streamOr(output.dest), image, store);
		case 'load':
			await loadInto(image, store);
			return undefined;
	}
}

function streamOr(dest: string) {
	return dest === '-' ? process.stdout : dest;
}
