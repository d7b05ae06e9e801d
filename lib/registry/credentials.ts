import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {UsageError} from '../errors.ts';
import type {Reference} from '../oci/reference.ts';

/** Variables that say where logins are kept. */
export type LoginEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The header with which a login for a repository is shown: `Basic …`; undefined if none is kept where `docker login` and
 * `podman login` keep them. Throws a UsageError for a file that cannot be read as one of theirs.
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export function loginFor(reference: Reference, env: LoginEnvironment): string | undefined {
	const names = namesOf(reference);
	for (const file of loginFiles(env)) {
		const logins = readLogins(file);
		const found = names.map(name => logins.get(name)).find(Boolean);
		if (found !== undefined) return `Basic ${found}`;
	}
	return undefined;
}

/** Where logins are looked for, in this order. */
export function loginFiles(env: LoginEnvironment): readonly string[] {
	const {REGISTRY_AUTH_FILE: named, DOCKER_CONFIG: docker, XDG_RUNTIME_DIR: session, HOME: home} = env;
	if (named) return [named];
	const dockerFolder = docker || (home && join(home, '.docker'));
	return [
		...(dockerFolder ? [join(dockerFolder, 'config.json')] : []),
		...(session ? [join(session, 'containers/auth.json')] : []),
		...(home ? [join(home, '.config/containers/auth.json')] : []),
	];
}

/** What a login for the repository may be kept under: the repository, what is above it, the registry. */
function namesOf({registry, repository}: Reference): readonly string[] {
	const hosts = registry === 'docker.io' ? ['docker.io', 'index.docker.io'] : [registry];
	const parts = repository.split('/');
	const paths = parts.map((_, index) => `/${parts.slice(0, parts.length - index).join('/')}`);
	return [...paths, ''].flatMap(path => hosts.map(host => `${host}${path}`));
}

/** By name, without the scheme and the version that old files have: `https://index.docker.io/v1/`. */
function readLogins(file: string): ReadonlyMap<string, string> {
	const text = textOf(file);
	if (text === undefined) return new Map();
	try {
		const {auths = {}} = JSON.parse(text) as {auths?: Readonly<Record<string, {auth?: unknown}>>};
		return new Map(
			Object.entries(auths).flatMap(([name, {auth}]) =>
				typeof auth === 'string' && /^[\w+/]+=*$/.test(auth) ? [[plain(name), auth] as const] : [],
			),
		);
	} catch (error) {
		const help = ['repair it, or log in anew: podman login or docker login writes it'];
		throw new UsageError('LOGIN_FILE', `cannot read the logins in ${file}: it is no JSON`, {cause: error, help});
	}
}

function plain(name: string): string {
	return name.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
}

/** Whoever has no login has no such file; one that others may not read is none for us. */
function textOf(file: string): string | undefined {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return undefined;
	}
}
