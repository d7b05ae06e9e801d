import {writeFileSync} from 'node:fs';
import {StoreError} from '../errors.ts';
import type {BuildResult} from '../index.ts';
import type {Arguments} from './command.ts';
import {writesStdout} from './output-flag.ts';
import {printJson, printLines} from './print.ts';
import type {Shell} from './shell.ts';

/** The results, on stdout and in a file. An archive on stdout stands there alone. */
export function deliver(result: BuildResult, args: Arguments, shell: Shell): void {
	const file = args.text('iidfile');
	if (file !== undefined) writeID(file, result.id);
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

function writeID(file: string, id: string): void {
	try {
		writeFileSync(file, id);
	} catch (cause) {
		throw new StoreError('IIDFILE', `cannot write the id to ${file}`, {
			cause,
			notes: [cause instanceof Error ? cause.message : String(cause)],
		});
	}
}
