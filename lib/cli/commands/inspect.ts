import {UsageError} from '../../errors.ts';
import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {inspectLines} from '../inspect-text.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {expectWords} from '../words.ts';

export const command: Command = {
	name: 'inspect',
	usage: '[flags] NAME',
	purpose: ['Show one image: digests, config, layers.'],
	flags: [
		{name: 'platform', value: 'P'},
		{
			name: 'raw',
			value: 'config|manifest|index',
			choices: ['config', 'manifest', 'index'],
			text: 'the bytes as stored',
		},
		json,
		{name: 'sbom', text: 'the packages in it, in SPDX'},
		{name: 'provenance', text: 'how it was built'},
	],
	layout: 'short',
	examples: [
		'strata inspect redis',
		"strata inspect --sbom redis | jq '.packages[].name'",
		'strata inspect --raw manifest redis | sha256sum',
	],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [name = ''] = expectWords(args, ['NAME'], 'strata inspect redis');
	const platform = args.text('platform');
	const options = {root: await rootOf(args, shell), ...(platform === undefined ? {} : {platform})};
	const {imageStatement, inspectImage, rawImage} = await import('../../index.ts');
	const only = onlyPart(args, name);
	if (only === 'sbom' || only === 'provenance') {
		printJson(await imageStatement(name, only, options), shell);
	} else if (only !== undefined) {
		shell.stdout.write(await rawImage(name, only, options));
	} else {
		const details = await inspectImage(name, options);
		if (args.has('json')) printJson({...details, tagged: new Date(details.tagged).toISOString()}, shell);
		else printLines(inspectLines(details, Date.now()), shell);
	}
	return 0;
}

type Part = 'config' | 'manifest' | 'index' | 'sbom' | 'provenance';

/** The one document that is asked for, if it is not all that there is to know. */
function onlyPart(args: Arguments, name: string): Part | undefined {
	const raw = args.text('raw') as Extract<Part, 'config' | 'manifest' | 'index'> | undefined;
	const statements = (['sbom', 'provenance'] as const).filter(statement => args.has(statement));
	const [part, other] = raw === undefined ? statements : [raw, ...statements];
	const flag = part === raw ? '--raw' : `--${part}`;
	const second = other ? `--${other}` : raw !== undefined && args.has('json') ? '--json' : undefined;
	if (second === undefined) return part;
	throw new UsageError('FLAG_PAIR', `${flag} and ${second} exclude each other`, {
		help: [`strata inspect ${raw === undefined ? flag : `--raw ${raw}`} ${name}`],
	});
}
