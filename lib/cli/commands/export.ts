import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {printJson} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {expectWords} from '../words.ts';
import {outputOf, writing} from './save.ts';

export const command: Command = {
	name: 'export',
	usage: '[flags] NAME',
	purpose: ['Write the files of an image as one tar, its layers merged.'],
	flags: [
		{name: 'output', short: 'o', value: 'FILE', text: 'where to', default: 'stdout'},
		{name: 'platform', value: 'P', text: 'of several platforms, this one', default: "this machine's"},
		json,
	],
	layout: 'list',
	examples: ['strata export -o root.tar redis', 'strata export redis | tar -tv'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [name = ''] = expectWords(args, ['NAME'], 'strata export -o root.tar redis');
	const dest = outputOf(args, shell);
	const platform = args.text('platform');
	const {exportImage} = await import('../../index.ts');
	const root = await rootOf(args, shell);
	return writing(dest, async stopping => {
		const saved = await exportImage(name, {root, dest, ...stopping, ...(platform === undefined ? {} : {platform})});
		if (args.has('json') && typeof dest === 'string') printJson(saved, shell);
		return 0;
	});
}
