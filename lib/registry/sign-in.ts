import {existsSync, mkdirSync, realpathSync} from 'node:fs';
import {dirname} from 'node:path';
import {UsageError} from '../errors.ts';
import {discard} from '../http/transport.ts';
import {parseReference} from '../oci/reference.ts';
import {replaceFile} from '../store/replace.ts';
import {loginEnvironment, type RegistryOptions, repositoryOf} from './client.ts';
import {credentialHelper} from './credential-helper.ts';
import {unexpected} from './errors.ts';
import {basicHeader, type Login} from './login.ts';
import {
	hostsOf,
	loginFiles,
	ownLoginFile,
	plainName,
	readDocument,
	readLoginFile,
	serverOf,
	type Table,
	tableIn,
} from './login-files.ts';

/** A login that is kept. */
export interface SignedIn {
	/** `docker.io`, `localhost:5000`, with the part of it that the login is for: `registry.example.com/team`. */
	readonly registry: string;
	/** The file that it was written to, or that names the helper. */
	readonly file: string;
	/** The helper that keeps it; without one it lies in the file, for everybody who may read that. */
	readonly helper?: string;
}

/**
 * Tries a name and a password, and keeps them where docker, podman, buildah, skopeo and strata find them: docker's config.json,
 * or the helper that it names. `server` may be the part of a registry that the login is for, `registry.example.com/team`. Rejects
 * with a RegistryError if the registry does not take them, with a UsageError if they cannot be kept.
 */
export async function login(
	server: string,
	given: {readonly username: string; readonly password: string},
	options: RegistryOptions = {},
): Promise<SignedIn> {
	const {registry, path} = partNamed(server);
	const env = loginEnvironment(options);
	const file = ownLoginFile(env);
	const helper = readLoginFile(file).helperFor(registry);
	const program = helper === undefined ? undefined : credentialHelper(helper, env);
	if (program && path !== '') throw onlyWhole(registry, path, helper);
	await tryOut(registry, given, options);
	await program?.store(serverOf(registry), given);
	const entry = program ? {} : {auth: basicHeader(given)?.replace('Basic ', '')};
	editLogins(file, auths => ({...auths, [path === '' ? serverOf(registry) : `${registry}${path}`]: entry}));
	return {registry: `${registry}${path}`, file, ...(program && helper !== undefined ? {helper} : {})};
}

/** Takes away every login that is kept for a registry as a whole, or for the part of it that `server` names; answers where there was one. */
export async function logout(server: string, options: RegistryOptions = {}): Promise<readonly string[]> {
	const {registry, path} = partNamed(server);
	const env = loginEnvironment(options);
	const ours = hostsOf(registry).map(host => `${host}${path}`);
	const places: string[] = [];
	for (const file of loginFiles(env).filter(name => existsSync(name))) {
		const name = path === '' ? readLoginFile(file).helperFor(registry) : undefined;
		const helper = name === undefined ? undefined : credentialHelper(name, env);
		const isKept = (await helper?.get(serverOf(registry))) !== undefined;
		if (isKept) await helper?.erase(serverOf(registry));
		const changed = editLogins(file, auths =>
			Object.fromEntries(Object.entries(auths).filter(([key]) => !ours.includes(plainName(key)))),
		);
		if (isKept || changed) places.push(file);
	}
	return places;
}

/** A registry, and below it the path that a login is for: `/team`; empty for all of it. */
function partNamed(server: string): {readonly registry: string; readonly path: string} {
	const name = plainName(server);
	const [host = '', ...parts] = name.split('/');
	const reference = parseReference(`${name}/any`);
	if (reference && (reference.registry !== 'docker.io' || /^(?:index\.)?docker\.io$/.test(host)))
		return {registry: reference.registry, path: parts.map(part => `/${part}`).join('')};
	throw new UsageError('BAD_REGISTRY', `${JSON.stringify(server)} is no registry`, {
		help: ['a host, with a port if it has one: strata login registry.example.com'],
	});
}

function onlyWhole(registry: string, path: string, helper: string | undefined): UsageError {
	return new UsageError('LOGIN_HELPER', `a login for ${registry}${path} alone cannot be kept`, {
		notes: [`docker-credential-${helper} keeps those of whole registries`],
		help: [`for all of it: strata login ${registry}`, `or in a file: strata login --authfile FILE ${registry}${path}`],
	});
}

async function tryOut(registry: string, given: Login, options: RegistryOptions): Promise<void> {
	const repository = repositoryOf({registry, repository: ''}, {...options, login: given}, 'login');
	const answer = await repository.retried(() => repository.send({path: '/v2/', method: 'GET'}));
	await discard(answer);
	if (answer.status !== 200) throw unexpected({registry, repository: ''}, {status: answer.status, deed: 'login'});
}

/** Changes what a file says of logins, and nothing else of it. Answers whether that changed anything. */
function editLogins(path: string, edit: (auths: Table) => Table): boolean {
	const document = readDocument(path);
	const auths = tableIn(document, 'auths', path);
	const after = edit(auths);
	if (JSON.stringify(after) === JSON.stringify(auths)) return false;
	mkdirSync(dirname(path), {recursive: true, mode: 0o700});
	// some keep the file elsewhere, behind a link
	const file = existsSync(path) ? realpathSync(path) : path;
	const text = `${JSON.stringify({...document, auths: after}, undefined, '\t')}\n`;
	replaceFile(text, {temporary: `${file}.${process.pid}`, path: file, mode: 0o600});
	return true;
}
