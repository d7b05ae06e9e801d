import {resolve} from 'node:path';
import type {LoadedImage} from '../../index.ts';
import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {shortDigest} from '../names.ts';
import {oneLine} from '../one-line.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {untilStopped} from '../until-stopped.ts';
import {noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'load',
	usage: '[flags]',
	purpose: ['Take images from an archive or an OCI layout into the store, and print their', 'names.'],
	flags: [
		{name: 'input', short: 'i', value: 'FILE', text: 'the archive, or the folder of a layout', default: 'stdin'},
		json,
	],
	layout: 'list',
	examples: ['strata load -i app.tar', 'docker save app | strata load'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 0, 'strata load -i app.tar');
	const {loadImages} = await import('../../index.ts');
	const root = await rootOf(args, shell);
	return untilStopped(async signal => {
		const loaded = await loadImages(inputOf(args.text('input'), shell), {root, signal});
		print(loaded, args, shell);
		return 0;
	});
}

function print(loaded: readonly LoadedImage[], args: Arguments, shell: Shell): void {
	for (const {otherNames = [], names, digest} of loaded) {
		for (const name of otherNames) {
			const here = names[0] ?? shortDigest(digest);
			shell.stderr.write(`warning: ${here} is called ${oneLine(name)} in the archive, which no image can be here\n`);
		}
	}
	if (args.has('json')) printJson(loaded, shell);
	else
		printLines(
			loaded.flatMap(({names, digest}) => (names.length > 0 ? names : [digest])),
			shell,
		);
}

/** A file, or stdin. */
export function inputOf(file: string | undefined, {stdin, stderr, cwd}: Shell): string | NodeJS.ReadStream {
	if (file !== undefined && file !== '-') return resolve(cwd, file);
	if (stdin.isTTY) stderr.write('note: reading from the terminal, up to Ctrl-D\n');
	return stdin;
}
