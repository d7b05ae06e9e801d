import {UsageError} from '../../errors.ts';
import type {Arguments, Command} from '../command.ts';
import {forEachWord, tellEach} from '../each.ts';
import {json} from '../flags.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';

export const command: Command = {
	name: 'rm',
	usage: '[flags] CONTAINER...',
	purpose: ['Forget containers that have ended. Their bytes go with: strata prune'],
	flags: [{name: 'force', short: 'f', text: 'kill those that run, and keep nothing of them'}, json],
	layout: 'short',
	examples: ['strata rm redis-try', 'strata rm $(strata ps -aq)'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	if (args.words.length === 0)
		throw new UsageError('WORDS', 'CONTAINER is missing', {help: ['which there are: strata ps -a']});
	const {removeContainer} = await import('../../index.ts');
	const options = {root: await rootOf(args, shell), force: args.has('force')};
	tellEach('removed', await forEachWord(args.words, word => removeContainer(word, options)), args, shell);
	return 0;
}
