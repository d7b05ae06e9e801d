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
	],
	layout: 'short',
	examples: ['strata inspect redis', 'strata inspect --raw manifest redis | sha256sum'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [name = ''] = expectWords(args, ['NAME'], 'strata inspect redis');
	const [platform, raw] = [args.text('platform'), args.text('raw')];
	const options = {root: await rootOf(args, shell), ...(platform === undefined ? {} : {platform})};
	const {inspectImage, rawImage} = await import('../../index.ts');
	if (raw === 'config' || raw === 'manifest' || raw === 'index') {
		if (args.has('json'))
			throw new UsageError('FLAG_PAIR', '--raw and --json exclude each other', {
				help: [`strata inspect --raw ${raw} ${name}`],
			});
		shell.stdout.write(await rawImage(name, raw, options));
		return 0;
	}
	const details = await inspectImage(name, options);
	if (args.has('json')) printJson({...details, tagged: new Date(details.tagged).toISOString()}, shell);
	else printLines(inspectLines(details, Date.now()), shell);
	return 0;
}
