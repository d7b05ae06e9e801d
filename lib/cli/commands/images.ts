import type {ImageSummary} from '../../index.ts';
import type {Arguments, Command} from '../command.ts';
import {json, quiet} from '../flags.ts';
import {shortDigest} from '../names.ts';
import {printJson, printLines} from '../print.ts';
import {printTable} from '../print-table.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {formatSize} from '../size.ts';
import type {Column} from '../table.ts';
import {formatAge} from '../time.ts';
import {noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'images',
	usage: '[flags] [NAME]',
	purpose: ['List the images in the store, the newest first.'],
	flags: [{name: 'digests', text: 'whole digests'}, {name: 'no-trunc', text: 'whole cells'}, quiet, json],
	layout: 'short',
	examples: ['strata images redis', "strata images --json | jq -r '.[].id'"],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 1, 'strata images redis');
	const {images} = await import('../../index.ts');
	const [name] = args.words;
	const found = await images({root: await rootOf(args, shell), ...(name === undefined ? {} : {name})});
	const isWhole = args.has('no-trunc');
	if (args.has('json')) {
		printJson(
			found.map(image => ({...image, tagged: isoTime(image.tagged)})),
			shell,
		);
	} else if (args.has('quiet')) {
		printLines([...new Set(found.map(({id}) => (isWhole ? id : shortDigest(id))))], shell);
	} else {
		const withDigest = args.has('digests');
		const rows = found.map(image => row(image, {isWhole, withDigest}));
		printTable(columns(withDigest), rows, shell);
	}
	return 0;
}

function columns(withDigest: boolean): readonly Column[] {
	return [
		{head: 'NAME', min: 7},
		{head: 'TAG'},
		...(withDigest ? [{head: 'DIGEST'}] : []),
		{head: 'ID'},
		{head: 'PLATFORM'},
		{head: 'CREATED'},
		{head: 'SIZE', right: true},
		{head: 'LAYERS', right: true},
	];
}

function row(
	{repository = '-', tag = '-', id, digest, platforms, tagged, size, layers}: ImageSummary,
	{isWhole, withDigest}: {readonly isWhole: boolean; readonly withDigest: boolean},
): readonly string[] {
	const several = isWhole ? platforms.join(',') : `${platforms.length} platforms`;
	return [
		repository,
		tag,
		...(withDigest ? [digest] : []),
		isWhole ? id : shortDigest(id),
		platforms.length === 1 ? (platforms[0] ?? '') : several,
		isWhole ? isoTime(tagged) : formatAge(tagged, Date.now()),
		formatSize(size),
		String(layers),
	];
}

function isoTime(milliseconds: number): string {
	return new Date(milliseconds).toISOString();
}
