import {UsageError} from '../../errors.ts';
import type {Arguments, Command} from '../command.ts';
import {change, json, message} from '../flags.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {untilStopped} from '../until-stopped.ts';
import {noMoreWords} from '../words.ts';
import {inputOf} from './load.ts';

export const command: Command = {
	name: 'import',
	usage: '[flags] FILE | URL | - [NAME]',
	purpose: ['Make an image of a tar of files, compressed or not, and print its id.'],
	flags: [change, message, {name: 'platform', value: 'P', text: 'what it is for', default: 'this machine'}, json],
	layout: 'list',
	examples: [`strata import -c 'CMD ["/bin/sh"]' root.tar.xz root`, 'strata export app | strata import - flat'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [source, name] = args.words;
	if (source === undefined) {
		throw new UsageError('WORDS', 'FILE is missing', {help: ['as in: strata import root.tar root']});
	}
	noMoreWords(args, 2, 'strata import root.tar root');
	const {importImage} = await import('../../index.ts');
	const [text, platform] = ['message', 'platform'].map(flag => args.text(flag));
	const root = await rootOf(args, shell);
	const options = {
		root,
		changes: args.texts('change'),
		...(name === undefined ? {} : {name}),
		...(text === undefined ? {} : {message: text}),
		...(platform === undefined ? {} : {platform}),
	};
	return untilStopped(async signal => {
		const content = /^https?:\/\//.test(source) ? source : inputOf(source, shell);
		const image = await importImage(content, {...options, signal});
		if (args.has('json')) printJson(image, shell);
		else printLines([image.id], shell);
		return 0;
	});
}
