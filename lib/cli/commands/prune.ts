import {UsageError} from '../../errors.ts';
import type {PruneOptions, PruneReport} from '../../index.ts';
import type {Arguments, Command} from '../command.ts';
import {confirm} from '../confirm.ts';
import {plural} from '../names.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {formatSize, parseSize} from '../size.ts';
import {parseSpan} from '../time.ts';
import {noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'prune',
	usage: '[flags]',
	purpose: ['Free the space of what no image needs any more.'],
	flags: [
		{name: 'all', short: 'a', text: 'also unnamed images'},
		{name: 'cache', asNext: true},
		{name: 'logs', text: 'only these'},
		{name: 'until', value: '72h', text: 'older'},
		{name: 'keep', value: '10GB', text: 'until no more is used'},
		{name: 'dry-run', short: 'n', text: 'only say what'},
		{name: 'yes', short: 'y', text: 'do not ask'},
		{name: 'mounts', text: 'only the caches of RUN --mount'},
	],
	layout: 'short',
	examples: ['strata prune -n', 'strata prune --until 7d --keep 10GB -y'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 0, 'strata prune -n');
	const {prune} = await import('../../index.ts');
	const options = pruneOptions(args, await rootOf(args, shell));
	if (args.has('dry-run')) return report(await prune({...options, dryRun: true}), 'would free', {args, shell});
	if (!args.has('yes') && shell.stdin.isTTY) {
		const planned = await prune({...options, dryRun: true});
		const question = {story: reportLines(planned, 'would free'), text: `Free ${formatSize(planned.freed)}?`};
		if (planned.removed.length === 0 || !(await confirm(question, shell))) return 0;
	}
	return report(await prune(options), 'freed', {args, shell});
}

function pruneOptions(args: Arguments, root: string): PruneOptions {
	const only = (['cache', 'mounts', 'logs'] as const).filter(what => args.has(what));
	const until = parsed(args, 'until', parseSpan);
	const keep = parsed(args, 'keep', parseSize);
	return {
		root,
		all: args.has('all'),
		...(only.length === 0 ? {} : {only}),
		...(until === undefined ? {} : {until}),
		...(keep === undefined ? {} : {keep}),
	};
}

function parsed(
	args: Arguments,
	name: 'until' | 'keep',
	parse: (text: string) => number | undefined,
): number | undefined {
	const text = args.text(name);
	const value = text === undefined ? undefined : parse(text);
	if (text === undefined || value !== undefined) return value;
	const example = name === 'until' ? '72h' : '10GB';
	throw new UsageError('FLAG_VALUE', `--${name} cannot be ${text}`, {help: [`as in: --${name} ${example}`]});
}

function report(
	done: PruneReport,
	word: string,
	{args, shell}: {readonly args: Arguments; readonly shell: Shell},
): number {
	if (args.has('json')) printJson(done, shell);
	else printLines(reportLines(done, word), shell);
	return 0;
}

const nouns = {
	images: 'image',
	containers: 'container',
	bases: 'base',
	'step cache': 'step',
	snapshots: 'snapshot',
	'cache mounts': 'cache mount',
	logs: 'log',
	total: 'thing',
};

/** `would free 190 MB: 14 steps`, and the sum. */
function reportLines({freed, removed}: PruneReport, word: string): readonly string[] {
	const rows = removed.map(
		({what, count, size}) => `${word} ${formatSize(size)}: ${count > 0 ? plural(count, nouns[what]) : what}`,
	);
	return rows.length === 1 ? rows : [...rows, `${word} ${formatSize(freed)}${rows.length > 0 ? ' in all' : ''}`];
}
