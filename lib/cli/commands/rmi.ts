import {UsageError} from '../../errors.ts';
import type {Arguments, Command} from '../command.ts';
import {confirm} from '../confirm.ts';
import {forEachWord} from '../each.ts';
import {json} from '../flags.ts';
import {plural, shortDigest} from '../names.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';

export const command: Command = {
	name: 'rmi',
	usage: '[flags] NAME...',
	purpose: ['Take names away. An image without a name goes; its bytes do with: strata prune'],
	flags: [{name: 'all', short: 'a', text: 'every image'}, {name: 'yes', short: 'y', text: 'do not ask'}, json],
	layout: 'short',
	examples: ['strata rmi redis:latest', 'strata rmi -a'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	if (!args.has('all')) expectSome(args);
	const {removeImage} = await import('../../index.ts');
	const options = {root: await rootOf(args, shell)};
	const names = args.has('all') ? await everyImage(args, options, shell) : args.words;
	const {done: removed, error} = await forEachWord(names, name => removeImage(name, options));
	if (args.has('json')) printJson(removed, shell);
	else
		printLines(
			removed
				.flatMap(({names, digest}) => (names.length > 0 ? names : [shortDigest(digest)]))
				.map(name => `removed ${name}`),
			shell,
		);
	if (error) throw error;
	return 0;
}

/** The digests of all images, after it was said what would go. */
async function everyImage(args: Arguments, options: {readonly root: string}, shell: Shell): Promise<readonly string[]> {
	if (args.words.length > 0) {
		throw new UsageError('WORDS', '-a removes every image: no name goes with it', {
			help: ['one of them: strata rmi NAME'],
		});
	}
	const {images} = await import('../../index.ts');
	const found = await images(options);
	const digests = [...new Set(found.map(({digest}) => digest))];
	const names = found.map(({repository, tag, id}) =>
		repository === undefined ? shortDigest(id) : `${repository}:${tag}`,
	);
	const question = {
		story: names.map(name => `would remove ${name}`),
		text: `Remove ${plural(digests.length, 'image')}?`,
	};
	return digests.length > 0 && (args.has('yes') || (await confirm(question, shell))) ? digests : [];
}

function expectSome({words}: Arguments): void {
	if (words.length > 0) return;
	throw new UsageError('WORDS', 'NAME is missing', {help: ['as in: strata rmi redis:latest']});
}
