import type {Arguments, Command} from '../command.ts';
import {json, progress, quiet} from '../flags.ts';
import {accessFlags, accessOf, credsNote} from '../registry-flags.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {expectWords} from '../words.ts';

export const command: Command = {
	name: 'pull',
	usage: '[flags] NAME',
	purpose: ['Fetch an image of a registry into the store.', ...credsNote],
	flags: [
		{name: 'platform', value: 'OS/ARCH', text: 'or all', default: 'this one'},
		...accessFlags,
		{...quiet, text: 'print the name with its digest only'},
		progress,
		{...json, text: 'the result as data'},
	],
	layout: 'list',
	examples: ['strata pull debian:bookworm', 'strata pull --platform all registry.example.com/team/app:1.4'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [name = ''] = expectWords(args, ['NAME'], 'strata pull debian:bookworm');
	const platform = args.text('platform');
	const [{pullImage}, {runTransfer}] = await Promise.all([import('../../index.ts'), import('../run-transfer.ts')]);
	const options = {
		root: await rootOf(args, shell),
		...(await accessOf(args, shell)),
		...(platform === undefined ? {} : {platform}),
	};
	const start = (telling: object) => pullImage(name, {...options, ...telling});
	return runTransfer({verb: 'pull', name, start}, args, shell);
}
