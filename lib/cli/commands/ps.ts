import type {ContainerSummary} from '../../index.ts';
import type {Arguments, Command} from '../command.ts';
import {json, quiet} from '../flags.ts';
import {printJson, printLines} from '../print.ts';
import {printTable} from '../print-table.ts';
import {rootOf} from '../root.ts';
import {sanitizeLine} from '../sanitize.ts';
import type {Shell} from '../shell.ts';
import {formatSize} from '../size.ts';
import type {Column} from '../table.ts';
import {formatAge} from '../time.ts';
import {noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'ps',
	usage: '[flags]',
	purpose: ['List the containers that strata run started, the newest first: those that run.'],
	flags: [{name: 'all', short: 'a', text: 'also those that have ended'}, quiet, json],
	layout: 'short',
	examples: ['strata ps -a', 'strata rm $(strata ps -aq)'],
	run,
};

const columns: readonly Column[] = [
	{head: 'ID'},
	{head: 'NAME'},
	{head: 'IMAGE'},
	{head: 'COMMAND', flexible: true},
	{head: 'CREATED'},
	{head: 'STATE'},
	{head: 'SIZE', right: true},
];

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 0, 'strata ps -a');
	const {containers} = await import('../../index.ts');
	const found = await containers({root: await rootOf(args, shell), all: args.has('all')});
	if (args.has('json')) printJson(found, shell);
	else if (args.has('quiet'))
		printLines(
			found.map(({id}) => id),
			shell,
		);
	else printTable(columns, found.map(row), shell);
	return 0;
}

function row({id, name, image, argv, created, state, exitCode, size}: ContainerSummary): readonly string[] {
	return [
		id,
		name === id ? '-' : name,
		image,
		sanitizeLine(argv.join(' '), {colors: false}),
		formatAge(Date.parse(created), Date.now()),
		exitCode === undefined ? state : `exit ${exitCode}`,
		size === undefined ? '-' : formatSize(size),
	];
}
