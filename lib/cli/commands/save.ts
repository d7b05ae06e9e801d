import {UsageError} from '../../errors.ts';
import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {leftOutNote} from '../left-out.ts';
import {printJson} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {untilStopped} from '../until-stopped.ts';

const formats = ['docker-archive', 'oci-archive', 'oci-dir'] as const;

export const command: Command = {
	name: 'save',
	usage: '[flags] NAME...',
	purpose: [
		'Write images of the store to an archive.',
		'docker-archive has one platform of each, the other formats all.',
	],
	flags: [
		{name: 'output', short: 'o', value: 'FILE', text: 'where to', default: 'stdout'},
		{
			name: 'format',
			value: 'F',
			choices: formats,
			text: 'docker-archive (the default), oci-archive or oci-dir',
		},
		json,
	],
	layout: 'list',
	examples: ['strata save -o app.tar app redis:7', 'strata save app | docker load'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	if (args.words.length === 0) {
		throw new UsageError('WORDS', 'NAME is missing', {help: ['as in: strata save -o app.tar app']});
	}
	const dest = outputOf(args, shell);
	const {saveImages} = await import('../../index.ts');
	const format = formats.find(name => name === args.text('format'));
	const root = await rootOf(args, shell);
	return writing(dest, async stopping => {
		const saved = await saveImages(args.words, {root, dest, ...stopping, ...(format ? {format} : {})});
		for (const {image, ...leftOut} of saved.leftOut ?? []) {
			shell.stderr.write(leftOutNote(image, leftOut, '--format oci-archive'));
		}
		if (args.has('json') && typeof dest === 'string') printJson(saved, shell);
		return 0;
	});
}

/** Does `work` that writes to `dest`. Only of what goes to stdout there is nothing to take back: a signal ends it as it ends `cat`. */
export function writing(
	dest: string | NodeJS.WriteStream,
	work: (options: {readonly signal?: AbortSignal}) => Promise<number>,
): Promise<number> {
	return typeof dest === 'string' ? untilStopped(signal => work({signal})) : work({});
}

/** A file, or stdout, unless that is a screen. */
export function outputOf(args: Arguments, {stdout}: Shell): string | NodeJS.WriteStream {
	const file = args.text('output');
	if (file !== undefined && file !== '-') return file;
	if (!stdout.isTTY) return stdout;
	throw new UsageError('TERMINAL', 'an archive is not written to a terminal', {help: ['to a file: -o FILE']});
}
