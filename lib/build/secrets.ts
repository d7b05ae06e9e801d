import {isUtf8} from 'node:buffer';
import {readFileSync} from 'node:fs';
import {DockerfileError, type Location, UsageError} from '../errors.ts';
import type {Mount} from '../plan/plan.ts';
import type {BuildOptions} from './options.ts';

/** The value of the secret of a mount; undefined for one that was not given and is not required. Read when a step needs it. */
export function readSecret(mount: Mount, given: BuildOptions['secrets'], location: Location): Uint8Array | undefined {
	const id = mount.id ?? '';
	const secret = given?.[id];
	if (secret === undefined) {
		if (mount.required) throw missing(id, location);
		return undefined;
	}
	if (typeof secret === 'string') return Buffer.from(secret);
	return secret instanceof Uint8Array ? secret : readFile(id, secret.file);
}

/** The value of a secret as an environment variable has it. Throws for what none can hold. */
export function secretAsText({id = '', env = ''}: Mount, data: Uint8Array, location: Location): string {
	if (isUtf8(data) && !data.includes(0)) return Buffer.from(data).toString();
	throw new DockerfileError('SECRET_BINARY', `the secret ${id} is no text, so ${env} cannot hold it`, {
		location,
		help: [`read it from a file: RUN --mount=type=secret,id=${id}`],
	});
}

/** The text of a secret that a fetch may use, without the line break of its file; undefined if none is given. */
export function secretText(ids: readonly string[], given: BuildOptions['secrets']): string | undefined {
	for (const id of ids) {
		const secret = given?.[id];
		if (typeof secret === 'string') return secret.trim();
		if (secret !== undefined) {
			const bytes = secret instanceof Uint8Array ? secret : readFile(id, secret.file);
			return Buffer.from(bytes).toString('utf8').trim();
		}
	}
	return undefined;
}

function readFile(id: string, file: string): Uint8Array {
	try {
		return readFileSync(file);
	} catch (error) {
		throw new UsageError(
			'SECRET_FILE',
			`cannot read the secret ${id} from ${file}: ${(error as NodeJS.ErrnoException).code}`,
			{cause: error, help: [`another file: --secret id=${id},src=FILE`, `or a variable: --secret id=${id},env=NAME`]},
		);
	}
}

function missing(id: string, location: Location): DockerfileError {
	return new DockerfileError('SECRET_MISSING', `secret ${id} is required, but was not given`, {
		location,
		help: [`from a file: --secret id=${id},src=FILE`, `from the environment: --secret id=${id},env=NAME`],
	});
}
