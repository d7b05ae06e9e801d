import type {Reference} from '../oci/reference.ts';
import {credentialHelper} from './credential-helper.ts';
import type {Login} from './login.ts';
import {
	hostsOf,
	isReadable,
	type LoginEnvironment,
	type LoginFile,
	loginFiles,
	readLoginFile,
	serverOf,
} from './login-files.ts';

/**
 * The login for a repository; undefined if none is kept where `docker login` and `podman login` keep them, or have them kept by a
 * helper. A file that this user may not read keeps none for him. Rejects with a UsageError for a file or a helper that cannot be understood.
 */
export async function loginFor(reference: Reference, env: LoginEnvironment): Promise<Login | undefined> {
	for (const path of loginFiles(env).filter(isReadable)) {
		const found = await loginIn(readLoginFile(path), reference, env);
		if (found) return found;
	}
	return undefined;
}

async function loginIn(file: LoginFile, reference: Reference, env: LoginEnvironment): Promise<Login | undefined> {
	const name = file.helperFor(reference.registry);
	const helper = name === undefined ? undefined : credentialHelper(name, env);
	const kept = await helper?.get(serverOf(reference.registry));
	if (kept) return kept;
	return namesOf(reference)
		.map(name => file.logins.get(name))
		.find(Boolean);
}

/** What a login for the repository may be kept under: the repository, what is above it, the registry. */
function namesOf({registry, repository}: Reference): readonly string[] {
	const parts = repository.split('/');
	const paths = parts.map((_, index) => `/${parts.slice(0, parts.length - index).join('/')}`);
	return [...paths, ''].flatMap(path => hostsOf(registry).map(host => `${host}${path}`));
}
