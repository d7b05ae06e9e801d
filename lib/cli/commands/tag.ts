import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {expectWords} from '../words.ts';

export const command: Command = {
	name: 'tag',
	usage: '[flags] IMAGE NAME',
	purpose: ['Give an image one more name.'],
	flags: [json],
	layout: 'short',
	examples: ['strata tag redis team/redis:7', 'strata tag b6ed094a0dd6 redis'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [source = '', name = ''] = expectWords(args, ['IMAGE', 'NAME'], 'strata tag redis team/redis:7');
	const {tagImage} = await import('../../index.ts');
	const renamed = await tagImage(source, name, {root: await rootOf(args, shell)});
	if (args.has('json')) printJson(renamed, shell);
	else printLines(renamed.names, shell);
	return 0;
}
