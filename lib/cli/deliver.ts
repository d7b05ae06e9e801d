import {rmSync, writeFileSync} from 'node:fs';
import {StoreError} from '../errors.ts';
import type {BuildResult} from '../index.ts';
import type {Arguments} from './command.ts';
import {metadata} from './metadata.ts';
import {writesStdout} from './output-flag.ts';
import {platformText} from './platform-text.ts';
import {printJson, printLines} from './print.ts';
import type {Shell} from './shell.ts';

/** The flags that name a file for the results. */
const files = ['iidfile', 'metadata-file'] as const;

/** Takes away what an earlier build wrote, so that it is not taken for that of one that fails (CLI-10). */
export function withdraw(args: Arguments): void {
	for (const flag of files) onFile(flag, 'remove the old', args, file => rmSync(file, {force: true}));
}

/** The results, on stdout and in files. An archive on stdout stands there alone. */
export function deliver(result: BuildResult, build: string, args: Arguments, shell: Shell): void {
	const contents = {
		iidfile: result.id,
		'metadata-file': `${JSON.stringify(metadata(result, build, shell.env), undefined, 2)}\n`,
	};
	for (const flag of files) onFile(flag, 'write', args, file => writeFileSync(file, contents[flag]));
	if (writesStdout(args)) return;
	if (args.has('json')) printJson(asData(result), shell);
	else if (args.has('quiet')) printLines([result.id], shell);
}

function asData({names, id, digest, size, platforms, layers, images}: BuildResult): object {
	return {
		names,
		id,
		digest,
		size,
		platforms: platforms.map(platformText),
		layers: layers.map(layerData),
		images: images.map(image => ({
			platform: platformText(image.platform),
			id: image.id,
			digest: image.digest,
			size: image.size,
			layers: image.layers.map(layerData),
		})),
	};
}

function layerData({descriptor, diffID}: BuildResult['layers'][number]): object {
	return {digest: descriptor.digest, diffID, size: descriptor.size};
}

/** Does something with the file of a flag, if it was given. */
function onFile(flag: (typeof files)[number], deed: string, args: Arguments, work: (file: string) => void): void {
	const file = args.text(flag);
	if (file === undefined) return;
	try {
		work(file);
	} catch (cause) {
		throw new StoreError('RESULT_FILE', `cannot ${deed} ${file}`, {
			cause,
			notes: [cause instanceof Error ? cause.message : String(cause)],
			help: [`the image is in the store; another file: --${flag} FILE`],
		});
	}
}
