import {UsageError} from '../../errors.ts';
import type {Arguments, Command} from '../command.ts';
import {containerLines, diffLines} from '../diff-text.ts';
import {json} from '../flags.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'diff',
	usage: '[flags] IMAGE IMAGE | CONTAINER',
	purpose: [
		'Show how an image differs from another: files (times do not count) and config;',
		'or what a container changed. A: added, C: changed, D: removed.',
		'Exits with 0 if two images are the same, with 8 if they differ.',
	],
	flags: [{name: 'quiet', short: 'q', text: 'print nothing, only exit'}, {name: 'platform', value: 'P'}, json],
	layout: 'short',
	examples: ['strata diff redis:1 redis:2', 'strata diff redis-try'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 2, 'strata diff redis:1 redis:2');
	const [before, after] = args.words;
	if (before === undefined) {
		throw new UsageError('WORDS', 'what is to be compared is missing', {
			help: ['two images: strata diff redis:1 redis:2', 'or a container: strata diff redis-try'],
		});
	}
	return after === undefined ? showContainer(before, args, shell) : compare(before, after, {args, shell});
}

async function compare(
	before: string,
	after: string,
	{args, shell}: {readonly args: Arguments; readonly shell: Shell},
): Promise<number> {
	const {diffImages} = await import('../../index.ts');
	const platform = args.text('platform');
	const options = {root: await rootOf(args, shell), ...(platform === undefined ? {} : {platform})};
	const found = await diffImages(before, after, options);
	if (args.has('json')) printJson(found, shell);
	else if (!args.has('quiet')) printLines(diffLines(found), shell);
	return found.files.length + found.config.length === 0 ? 0 : 8;
}

async function showContainer(container: string, args: Arguments, shell: Shell): Promise<number> {
	const {containerChanges} = await import('../../index.ts');
	const changes = await containerChanges(container, {root: await rootOf(args, shell)});
	if (args.has('json')) printJson(changes, shell);
	else if (!args.has('quiet')) printLines(containerLines(changes), shell);
	return 0;
}
