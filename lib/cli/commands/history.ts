import type {HistoryRow} from '../../index.ts';
import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {printJson} from '../print.ts';
import {printTable} from '../print-table.ts';
import {rootOf} from '../root.ts';
import {sanitizeLine} from '../sanitize.ts';
import type {Shell} from '../shell.ts';
import {formatSize} from '../size.ts';
import type {Column} from '../table.ts';
import {formatAge} from '../time.ts';
import {expectWords} from '../words.ts';

export const command: Command = {
	name: 'history',
	usage: '[flags] NAME',
	purpose: ['Show the steps an image was made of, the last first.'],
	flags: [{name: 'platform', value: 'P'}, {name: 'no-trunc', text: 'whole instructions'}, json],
	layout: 'short',
	examples: ['strata history redis', 'strata history --json redis | jq length'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [name = ''] = expectWords(args, ['NAME'], 'strata history redis');
	const {imageHistory} = await import('../../index.ts');
	const platform = args.text('platform');
	const options = {root: await rootOf(args, shell), ...(platform === undefined ? {} : {platform})};
	const found = await imageHistory(name, options);
	const isWhole = args.has('no-trunc');
	if (args.has('json')) printJson(found, shell);
	else {
		const rows = found.map(entry => row(entry, isWhole));
		printTable(columns(isWhole), rows, shell);
	}
	return 0;
}

function columns(isWhole: boolean): readonly Column[] {
	return [
		{head: 'STEP'},
		{head: 'CREATED'},
		{head: 'INSTRUCTION', flexible: !isWhole},
		{head: 'SIZE', right: true},
		{head: 'UNPACKED', right: true},
		{head: 'FILES', right: true},
	];
}

function row({step, created, instruction, size, unpacked, files}: HistoryRow, isWhole: boolean): readonly string[] {
	return [
		step,
		created === undefined ? '-' : isWhole ? created : formatAge(Date.parse(created), Date.now()),
		sanitizeLine(instruction.replace(/\s+/g, ' '), {colors: false}),
		size === undefined ? '-' : formatSize(size),
		unpacked === undefined ? '-' : formatSize(unpacked),
		files === undefined ? '-' : String(files),
	];
}
