import type {Arguments, Command} from '../command.ts';
import {planFlags} from '../flags.ts';
import {planJson, planLines} from '../plan-text.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';

const own = [
	{name: 'bundles', value: 'DIR', text: 'write the OCI runtime bundle of every RUN to DIR'},
	{name: 'json', text: 'the plan as data'},
] as const;

export const command: Command = {
	name: 'plan',
	usage: '[flags] PATH',
	purpose: [
		"Print what build would do. Fetches the bases' configs, runs nothing.",
		'Image and Sources flags as in build',
	],
	flags: [...planFlags, ...own],
	shown: own,
	layout: 'list',
	examples: ['strata plan .', 'strata plan --json . | jq .stages'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [{buildOptions}, {openSource}, {planBuild, writeBundles}] = await Promise.all([
		import('../build-options.ts'),
		import('../source.ts'),
		import('../../index.ts'),
	]);
	await using source = await openSource(args, shell);
	const {context, dockerfile} = source;
	const asked = {...buildOptions(args, shell.env), context, root: await rootOf(args, shell)};
	const options = dockerfile === undefined ? asked : {...asked, dockerfile};
	const folder = args.text('bundles');
	if (folder !== undefined) {
		const written = await writeBundles(options, folder);
		if (args.has('json')) printJson(written, shell);
		else printLines(written, shell);
		return 0;
	}
	const plans = await planBuild(options);
	if (args.has('json')) printJson(planJson(plans), shell);
	else printLines(planLines(plans, shell.out.symbols.ellipsis), shell);
	return 0;
}
