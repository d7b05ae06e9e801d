import type {Arguments, Command} from '../command.ts';
import {json, progress, quiet} from '../flags.ts';
import {accessFlags, accessOf, credsNote} from '../registry-flags.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {expectWords, noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'push',
	usage: '[flags] IMAGE [NAME]',
	purpose: ['Push an image of the store to the registry of its name, or of another one.', ...credsNote],
	flags: [
		...accessFlags,
		{...quiet, text: 'print the name with its digest only'},
		progress,
		{...json, text: 'the result as data'},
	],
	layout: 'list',
	examples: ['strata push registry.example.com/team/app:1.4', 'strata push app localhost:5000/app'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const usage = 'strata push app registry.example.com/team/app';
	if (args.words.length === 0) expectWords(args, ['IMAGE'], usage);
	noMoreWords(args, 2, usage);
	const [source = '', name = source] = args.words;
	const [{pushImage}, {runTransfer}] = await Promise.all([import('../../index.ts'), import('../run-transfer.ts')]);
	const options = {root: await rootOf(args, shell), ...(await accessOf(args, shell))};
	const start = (telling: object) => pushImage(source, name, {...options, ...telling});
	return runTransfer({verb: 'push', name, start}, args, shell);
}
