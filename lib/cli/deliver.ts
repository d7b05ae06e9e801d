import {rmSync, writeFileSync} from 'node:fs';
import {StoreError} from '../errors.ts';
import type {BuildResult} from '../index.ts';
import type {Arguments} from './command.ts';
import {writesStdout} from './output-flag.ts';
import {printJson, printLines} from './print.ts';
import type {Shell} from './shell.ts';

/** Takes away the id that an earlier build wrote, so that it is not taken for that of one that fails (CLI-10). */
export function withdraw(args: Arguments): void {
	const file = args.text('iidfile');
	if (file !== undefined) onFile(file, 'remove the old id in', () => rmSync(file, {force: true}));
}

/** The results, on stdout and in a file. An archive on stdout stands there alone. */
export function deliver(result: BuildResult, args: Arguments, shell: Shell): void {
	const file = args.text('iidfile');
	if (file !== undefined) onFile(file, 'write the id to', () => writeFileSync(file, result.id));
	if (writesStdout(args)) return;
	if (args.has('json')) printJson(asData(result), shell);
	else if (args.has('quiet')) printLines([result.id], shell);
}

function asData({names, id, digest, size, platforms, layers}: BuildResult): object {
	return {
		names,
		id,
		digest,
		size,
		platforms: platforms.map(({os, architecture, variant}) =>
			[os, architecture, ...(variant ? [variant] : [])].join('/'),
		),
		layers: layers.map(({descriptor, diffID}) => ({digest: descriptor.digest, diffID, size: descriptor.size})),
	};
}

function onFile(file: string, deed: string, work: () => void): void {
	try {
		work();
	} catch (cause) {
		throw new StoreError('IIDFILE', `cannot ${deed} ${file}`, {
			cause,
			notes: [cause instanceof Error ? cause.message : String(cause)],
			help: ['the image is in the store; another file: --iidfile FILE'],
		});
	}
}
