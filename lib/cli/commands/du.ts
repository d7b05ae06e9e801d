import type {UsageRow} from '../../index.ts';
import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {printJson} from '../print.ts';
import {printTable} from '../print-table.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {formatSize} from '../size.ts';
import type {Column} from '../table.ts';
import {formatAge} from '../time.ts';
import {noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'du',
	usage: '[flags]',
	purpose: ['Show who uses the space of the store, and how much could go.'],
	flags: [json],
	layout: 'short',
	examples: ['strata du', 'strata prune -n    says what would go'],
	run,
};

const columns: readonly Column[] = [
	{head: 'WHAT', min: 12},
	{head: 'COUNT', right: true},
	{head: 'SIZE', right: true},
	{head: 'CAN GO', right: true},
	{head: 'LAST USED'},
];

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 0, 'strata du');
	const {usage} = await import('../../index.ts');
	const rows = await usage({root: await rootOf(args, shell)});
	if (args.has('json')) {
		printJson(
			rows.map(row => (row.lastUsed === undefined ? row : {...row, lastUsed: new Date(row.lastUsed).toISOString()})),
			shell,
		);
	} else {
		printTable(columns, rows.map(cells), shell);
	}
	return 0;
}

function cells({what, count, size, reclaimable, lastUsed}: UsageRow): readonly string[] {
	const used = lastUsed === undefined ? '' : formatAge(lastUsed, Date.now());
	return [
		what,
		count === undefined ? '' : String(count),
		formatSize(size),
		reclaimable === undefined ? '-' : formatSize(reclaimable),
		what === 'total' ? '(what is shared is counted once)' : used,
	];
}
