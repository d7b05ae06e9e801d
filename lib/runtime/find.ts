import {existsSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {crun} from './crun.ts';
import {runc} from './runc.ts';
import type {Runtime} from './runtime.ts';

/** Where a runtime of this name lies by PATH; a path is taken as it is. Undefined if there is nothing. */
export function findRuntime(name: string): string | undefined {
	const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
	return folders.map(folder => (folder ? join(folder, name) : name)).find(path => existsSync(path));
}

/** The runtime at `path`, by what it says it is; it notes its containers in `state`. What is neither crun nor runc is called as runc, whose command line others copy. */
export async function openRuntime(path: string, state: string): Promise<Runtime> {
	const {execa} = await import('execa');
	const {stdout} = await execa(path, ['--version'], {stdin: 'ignore'});
	const [, name = 'runc', version = 'unknown'] = /^(\S+) version (\S+)/m.exec(stdout) ?? [];
	return (name === 'crun' ? crun : runc)({path, version, state});
}
