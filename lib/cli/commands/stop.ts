import {UsageError} from '../../errors.ts';
import type {Arguments, Command} from '../command.ts';
import {forEachWord, tellEach} from '../each.ts';
import {json} from '../flags.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';

export const command: Command = {
	name: 'stop',
	usage: '[flags] CONTAINER...',
	purpose: ['Ask containers that run to end, kill them after 10 s, and wait for their end.'],
	flags: [json],
	layout: 'short',
	examples: ['strata stop redis-try', 'strata stop $(strata ps -q)'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	if (args.words.length === 0) throw new UsageError('WORDS', 'CONTAINER is missing', {help: ['which run: strata ps']});
	const {stopContainer} = await import('../../index.ts');
	const options = {root: await rootOf(args, shell)};
	tellEach('stopped', await forEachWord(args.words, word => stopContainer(word, options)), args, shell);
	return 0;
}
