import {UsageError} from '../../errors.ts';
import type {Arguments, Command} from '../command.ts';
import {change, json, message} from '../flags.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {noMoreWords} from '../words.ts';

const usage = 'strata commit 4f1c redis';

export const command: Command = {
	name: 'commit',
	usage: '[flags] CONTAINER [NAME[:TAG]]',
	purpose: [
		'Make an image of what a container changed, and print its id.',
		'What lies in its volumes is no part of it. A program that runs waits meanwhile.',
	],
	flags: [change, {name: 'author', short: 'a', value: 'AUTHOR', text: 'who made it'}, message, json],
	layout: 'list',
	examples: [`strata commit -c 'CMD ["redis-server"]' 4f1c redis`, 'strata commit redis-try team/redis:1'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [container, name] = args.words;
	if (container === undefined)
		throw new UsageError('WORDS', 'CONTAINER is missing', {help: ['which there are: strata ps -a']});
	noMoreWords(args, 2, usage);
	const {commitContainer} = await import('../../index.ts');
	const [author, text] = ['author', 'message'].map(flag => args.text(flag));
	const image = await commitContainer(container, {
		root: await rootOf(args, shell),
		changes: args.texts('change'),
		...(name === undefined ? {} : {name}),
		...(author === undefined ? {} : {author}),
		...(text === undefined ? {} : {message: text}),
	});
	if (args.has('json')) printJson(image, shell);
	else printLines([image.id], shell);
	return 0;
}
