import {annotate} from '../export/annotate.ts';
import {exportArchive} from '../export/archive.ts';
import {exportDockerArchive} from '../export/docker-archive.ts';
import {formOf, inForm} from '../export/form.ts';
import type {ExportedImage} from '../export/image.ts';
import {indexEntries} from '../export/index-entries.ts';
import {exportLayout} from '../export/layout.ts';
import {loadInto} from '../export/load.ts';
import {imageIndex, withEntries} from '../image/image-index.ts';
import type {Descriptor} from '../oci/image.ts';
import {changeIndex, findIndex} from '../store/indexes.ts';
import type {Store} from '../store/store.ts';
import type {Builder} from './builder.ts';
import type {NewEvent} from './event-stream.ts';
import type {Exported} from './events.ts';
import type {OutputImage} from './options.ts';
import {push} from './push.ts';
import type {Request, RequestedOutput} from './request.ts';
import {timestamp} from './times.ts';

/** Whether the image itself is kept: not if only its steps were asked for, nor without a name if an index names it. */
export function keepsImage({outputs, names}: Pick<Request, 'outputs' | 'names'>): boolean {
	return !outputs.some(({type}) => type === 'cacheonly' || (type === 'manifest' && names.length === 0));
}

/** Refuses, before anything is done, to add to an index what is none. */
export async function checkIndexes({outputs}: Pick<Request, 'outputs'>, store: Store): Promise<void> {
	for (const output of outputs) if (output.type === 'manifest') await findIndex(output.name, store);
}

/** Writes the image into the store by `write`. If its layers are to be compressed otherwise, which takes its time, that is told. */
export async function intoStore<T>({request, events}: Builder, write: () => Promise<T>): Promise<T> {
	if (Object.keys(request.form).length === 0) return write();
	const start = events.elapsed();
	const about = {type: 'export', output: 'store', dest: ''} as const;
	events.emit({...about, state: 'started', ms: 0});
	const written = await write();
	events.emit({...about, state: 'done', ms: events.elapsed() - start});
	return written;
}

/** Brings a finished image to where it was asked for, one place after the other. The image is in the store by then. */
export async function writeOutputs(image: ExportedImage, builder: Builder): Promise<void> {
	const {request, store, events, signal} = builder;
	const dated = {...image, descriptor: withDate(image.descriptor, builder)};
	for (const output of request.outputs) {
		signal.throwIfAborted();
		const start = events.elapsed();
		const about = {type: 'export', output: output.type, dest: 'dest' in output ? output.dest : ''} as const;
		events.emit({...about, state: 'started', ms: 0});
		const noted = await annotate(dated, output.annotations ?? [], store.blobs);
		const {warning, ...written} = await writeOutput(output, noted, builder);
		events.emit({...about, ...written, state: 'done', ms: events.elapsed() - start});
		if (warning) events.emit(warning);
	}
	signal.throwIfAborted();
}

/** With an epoch it is the date of the image where an output names it, too (SURFACE REP-1). */
function withDate(descriptor: Descriptor, builder: Builder): Descriptor {
	if (builder.epoch === undefined) return descriptor;
	const date = {'org.opencontainers.image.created': timestamp(builder)};
	return {...descriptor, annotations: {...date, ...descriptor.annotations}};
}

/** What is known only then: the size of a file, which program took the image, what could not be written. */
interface Written extends Partial<Pick<Exported, 'size' | 'dest'>> {
	readonly warning?: NewEvent | undefined;
}

async function writeOutput(output: RequestedOutput, image: ExportedImage, builder: Builder): Promise<Written> {
	const {store, request, signal} = builder;
	switch (output.type) {
		case 'oci': {
			const formed = await asAsked(image, output, builder);
			if (output.tar || output.dest === '-')
				return {size: await exportArchive(streamOr(output.dest), formed, store, signal)};
			await exportLayout(output.dest, [formed], store, signal);
			return {};
		}
		case 'docker': {
			const formed = await asAsked(image, output, builder);
			return {size: await exportDockerArchive(streamOr(output.dest), formed, store, signal)};
		}
		case 'load':
			return {dest: await loadInto(image, store, {signal})};
		case 'local': {
			const {exportFiles} = await import('../export/files-folder.ts');
			const {dest, mode = 'copy', split = request.isSplit} = output;
			const {size, skipped} = await exportFiles(dest, image, {store, mode, split, spare: foldersOf(request), signal});
			return {size, warning: skippedDevices(output.dest, skipped)};
		}
		case 'tar': {
			const {exportFilesTar} = await import('../export/files-tar.ts');
			const {dest, split = request.isSplit} = output;
			return {size: await exportFilesTar(streamOr(dest), image, {store, split, signal})};
		}
		case 'registry':
			return {dest: await push(output, await asAsked(image, output, builder), builder)};
		case 'manifest': {
			const entries = await indexEntries(image.descriptor, store.blobs);
			await changeIndex(output.name, store, before => withEntries(before?.index ?? imageIndex([]), entries));
			return {dest: output.name};
		}
		case 'store':
		case 'cacheonly':
			return {};
	}
}

async function asAsked(
	{descriptor, names}: ExportedImage,
	asked: OutputImage,
	{store, signal, request: {mediaTypes}}: Builder,
): Promise<ExportedImage> {
	const form = {...mediaTypes, ...formOf(asked)};
	return {descriptor: await inForm(descriptor, form, {store, signal}), names: asked.names ?? names};
}

/** Where the build takes its files from, on this disk or not. */
function foldersOf({context, contexts}: Request): readonly string[] {
	return [context, ...Object.values(contexts)].filter(source => typeof source === 'string');
}

/** Only root may make devices, and those of an image are none of this machine's business. */
function skippedDevices(dest: string, paths: readonly string[]): NewEvent | undefined {
	if (paths.length === 0) return undefined;
	const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
	return {
		type: 'warning',
		message: `device nodes are not made in ${dest}: ${paths.slice(0, 5).join(', ')}${more}`,
		help: ['a tar keeps them: -o type=tar,dest=FILE'],
	};
}

function streamOr(dest: string) {
	return dest === '-' ? process.stdout : dest;
}
