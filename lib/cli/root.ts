import {resolve} from 'node:path';
import {UsageError} from '../errors.ts';
import type {Arguments} from './command.ts';
import type {Shell} from './shell.ts';

/** The store that a command line means, as an absolute path. */
export async function rootOf(args: Arguments, {cwd}: Pick<Shell, 'cwd'>): Promise<string> {
	const {defaultRoot} = await import('../index.ts');
	const root = resolve(cwd, args.text('root') ?? defaultRoot());
	if (!root.includes(':')) return root;
	throw new UsageError('ROOT', `the store cannot lie in ${root}: oci: cannot name a path with a colon`, {
		help: ['another folder: --root DIR'],
	});
}
