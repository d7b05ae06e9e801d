import {statSync} from 'node:fs';
import {join, relative} from 'node:path';
import {UsageError} from '../errors.ts';
import {leadsOutside} from './inside.ts';

/** In the order in which they are looked for (IGN-7). */
const names = ['Dockerfile', 'dockerfile', 'Containerfile'];

/** How the Dockerfile and the context were named. */
export interface DockerfileRequest {
	/** `-f`: relative to where the process stands, else to the context. */
	readonly file?: string;
	/** The context as people know it; default is its path. */
	readonly shown?: string;
}

/** The path of the Dockerfile to build from. Throws a UsageError if there is none, or if a link in the context leads out of it to one. */
export function findDockerfile(folder: string, {file, shown = folder}: DockerfileRequest = {}): string {
	const candidates = file === undefined ? names.map(name => join(folder, name)) : [file, join(folder, file)];
	const found = candidates.find(path => statSync(path, {throwIfNoEntry: false})?.isFile());
	const target = found === undefined ? undefined : leadsOutside(folder, found);
	if (found !== undefined && target !== undefined) throw outsider(relative(folder, found), target);
	if (found !== undefined) return found;
	if (file === undefined) {
		throw new UsageError('NO_DOCKERFILE', `no Dockerfile in ${shown}`, {
			notes: [`looked for ${names.join(', ')}`],
			help: ['name it: -f FILE'],
		});
	}
	throw new UsageError('NO_DOCKERFILE', `no Dockerfile at ${file}`, {
		help: ['its path counts from where you stand, or from the context: -f docker/app.Dockerfile'],
	});
}

function outsider(name: string, target: string): UsageError {
	return new UsageError('NO_DOCKERFILE', `${name} is a link that leads out of the context`, {
		help: [`if you trust it, name what it leads to: -f ${target}`],
	});
}
