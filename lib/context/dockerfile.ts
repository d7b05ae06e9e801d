import {statSync} from 'node:fs';
import {join} from 'node:path';
import {UsageError} from '../errors.ts';

/** In the order in which they are looked for (IGN-7). */
const names = ['Dockerfile', 'dockerfile', 'Containerfile'];

/** How the Dockerfile and the context were named. */
export interface DockerfileRequest {
	/** `-f`: relative to where the process stands, else to the context. */
	readonly file?: string;
	/** The context as people know it; default is its path. */
	readonly shown?: string;
}

/** The path of the Dockerfile to build from. Throws a UsageError if there is none. */
export function findDockerfile(folder: string, {file, shown = folder}: DockerfileRequest = {}): string {
	const candidates = file === undefined ? names.map(name => join(folder, name)) : [file, join(folder, file)];
	const found = candidates.find(path => statSync(path, {throwIfNoEntry: false})?.isFile());
	if (found !== undefined) return found;
	if (file === undefined) {
		throw new UsageError('NO_DOCKERFILE', `no Dockerfile in ${shown}`, {
			notes: [`looked for ${names.join(', ')}`],
			help: ['name it: -f FILE'],
		});
	}
	throw new UsageError('NO_DOCKERFILE', `no Dockerfile at ${file}`);
}
