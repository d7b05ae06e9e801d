import {existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {RegistryError, UsageError} from '../../lib/errors.ts';
import {parseReference, type Reference} from '../../lib/oci/reference.ts';
import {loginFor} from '../../lib/registry/credentials.ts';
import {login, logout} from '../../lib/registry/sign-in.ts';
import {registrySource} from '../../lib/registry/source.ts';
import {fakeRegistry, serve, status} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf} from '../helpers/image.ts';
import {output, testWith} from '../helpers/programs.ts';
import {pushRegistry} from '../helpers/push-registry.ts';
import {startPrivateRegistry} from '../helpers/registry.ts';

const me = {username: 'user', password: 'secret'};
const reference = (name: string) => parseReference(name) as Reference;
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, unknown>>;

/** A home with docker's file of logins, and a helper in PATH that keeps them in a file and notes what it is called with. */
async function home(t: ExecutionContext, config?: object) {
	const HOME = await folderFor(t);
	const file = join(HOME, '.docker/config.json');
	if (config) {
		mkdirSync(join(HOME, '.docker'));
		writeFileSync(file, JSON.stringify(config));
	}
	writeFileSync(join(HOME, 'docker-credential-drawer'), helper, {mode: 0o755});
	return {env: {HOME, PATH: `${HOME}:${process.env.PATH}`}, HOME, file, calls: join(HOME, 'calls')};
}

const helper = `#!/bin/sh
echo "$0 $*" >>"$HOME/calls"
case $1 in
store) cat >"$HOME/kept" ;;
erase) rm "$HOME/kept" ;;
get) read -r server; echo "$server" >>"$HOME/asked"
	[ -e "$HOME/kept" ] && cat "$HOME/kept" || { echo 'credentials not found in native keychain'; exit 1; } ;;
esac
`;

testWith(['skopeo'])('a login that the registry takes is kept where skopeo finds it too, and goes again', async t => {
	const registry = await startPrivateRegistry();
	t.teardown(() => registry.stop());
	const {env, file} = await home(t, {auths: {'other.io': {auth: 'eDp5'}}, proxies: {default: {}}});

	t.deepEqual(await login(registry.host, me, {env}), {registry: registry.host, file});

	t.is(output('skopeo', 'login', '--get-login', '--authfile', file, registry.host).trim(), 'user');
	t.deepEqual(Object.keys(readJson(file).auths ?? {}), ['other.io', registry.host]);
	t.deepEqual(readJson(file).proxies, {default: {}});
	t.is(statSync(file).mode & 0o777, 0o600);
	t.deepEqual(await loginFor(reference(`${registry.host}/app`), env), me);

	t.deepEqual(await logout(registry.host, {env}), [file]);
	t.deepEqual(await logout(registry.host, {env}), []);
	t.deepEqual(Object.keys(readJson(file).auths ?? {}), ['other.io']);
});

test('a login that the registry does not take is not kept', async t => {
	const registry = await startPrivateRegistry();
	t.teardown(() => registry.stop());
	const {env, file} = await home(t);

	const error = await t.throwsAsync(login(registry.host, {...me, password: 'other'}, {env}), {
		instanceOf: RegistryError,
	});

	t.is(error?.message, `${registry.host} does not take this name and password`);
	t.false(existsSync(file));
});

const notMine: readonly (readonly [state: string, content: string])[] = [
	['is no JSON', '{"auths": {"r.io": {"auth": "eDp5"}},'],
	['is JSON of something else', '[{"auths": {}}]'],
	['has logins of another form', '{"auths": ["eDp5"]}'],
];

for (const [state, content] of notMine) {
	test(`a file that ${state} is left as it is, and named`, async t => {
		const {host, requests} = await pushRegistry(t, open);
		const {env, file} = await home(t, {});
		writeFileSync(file, content);

		const error = await t.throwsAsync(login(host, me, {env}), {instanceOf: UsageError, code: 'LOGIN_FILE'});
		await t.throwsAsync(logout(host, {env}), {instanceOf: UsageError, code: 'LOGIN_FILE'});

		t.true(error?.message.startsWith(`cannot read the logins in ${file}: `));
		t.is(readFileSync(file, 'utf8'), content);
		t.deepEqual(requests, [], 'nobody is shown a login that cannot be kept');
	});
}

test('a file that cannot be read is left as it is, and named', async t => {
	const {host} = await pushRegistry(t, open);
	const {env, file} = await home(t, {});
	rmSync(file);
	symlinkSync('config.json', file);

	const error = await t.throwsAsync(login(host, me, {env}), {instanceOf: UsageError, code: 'LOGIN_FILE'});

	t.true(error?.message.startsWith(`cannot read the logins in ${file}: ELOOP`));
	t.is(readlinkSync(file), 'config.json');
});

test('a file whose logins are null gets the first', async t => {
	const {host} = await pushRegistry(t, open);
	const {env, file} = await home(t, {auths: null, credHelpers: null});

	await login(host, me, {env});

	t.deepEqual(Object.keys(readJson(file).auths ?? {}), [host]);
	t.is(readJson(file).credHelpers, null as unknown as undefined);
});

for (const code of [204, 404, 500]) {
	test(`an answer ${code} is no login`, async t => {
		const {host} = await pushRegistry(t, status(code));
		const {env, file} = await home(t);

		await t.throwsAsync(login(host, me, {env, backoff: 1}), {instanceOf: RegistryError, code: 'REGISTRY_ANSWER'});

		t.false(existsSync(file));
	});
}

test('a login is not tried at an authority in clear text, nor kept', async t => {
	const {host} = await pushRegistry(t, (_, response) => {
		response.writeHead(401, {'www-authenticate': 'Bearer realm="http://auth.example.com/token"'}).end();
		return true;
	});
	const {env, file} = await home(t);

	const error = await t.throwsAsync(login(host, me, {env}), {instanceOf: RegistryError, code: 'LOGIN_WITHHELD'});

	t.deepEqual(error?.notes, ['to auth.example.com, by http']);
	t.false(existsSync(file));
});

test('a login for a part of a registry is kept for that part', async t => {
	const {host} = await pushRegistry(t, open);
	const {env, file} = await home(t, {auths: {[host]: {auth: 'eDp5'}}});
	const other = {username: 'x', password: 'y'};

	t.deepEqual(await login(`${host}/team`, me, {env}), {registry: `${host}/team`, file});

	t.deepEqual(await loginFor(reference(`${host}/team/app`), env), me);
	t.deepEqual(await loginFor(reference(`${host}/app`), env), other);
	t.deepEqual(await logout(`${host}/team`, {env}), [file]);
	t.deepEqual(await loginFor(reference(`${host}/team/app`), env), other);
});

test('a helper keeps no login for a part of a registry', async t => {
	const {host, requests} = await pushRegistry(t, open);
	const {env} = await home(t, {credsStore: 'drawer'});

	await t.throwsAsync(login(`${host}/team`, me, {env}), {instanceOf: UsageError, code: 'LOGIN_HELPER'});

	t.deepEqual(requests, []);
});

test('a helper that the file names keeps the login; no secret is among its words', async t => {
	const {host} = await pushRegistry(t, open);
	const {env, HOME, file, calls} = await home(t, {credHelpers: {[host]: 'drawer'}});

	t.deepEqual(await login(host, me, {env}), {registry: host, file, helper: 'drawer'});

	t.deepEqual(readJson(join(HOME, 'kept')) as object, {ServerURL: host, Username: 'user', Secret: 'secret'});
	t.deepEqual(readJson(file).auths, {[host]: {}});
	t.deepEqual(await loginFor(reference(`${host}/app`), env), me);
	t.deepEqual(await logout(host, {env}), [file]);
	t.is(await loginFor(reference(`${host}/app`), env), undefined);
	t.false(readFileSync(calls, 'utf8').includes('secret'));
});

test('credsStore keeps all logins; docker.io is called as docker calls it', async t => {
	const {env, HOME} = await home(t, {credsStore: 'drawer'});
	writeFileSync(join(HOME, 'kept'), '{"Username":"me","Secret":"token"}');

	t.deepEqual(await loginFor(reference('alpine'), env), {username: 'me', password: 'token'});
	t.is(readFileSync(join(HOME, 'asked'), 'utf8'), 'https://index.docker.io/v1/\n');
});

test('a helper that is not there keeps nothing, one that fails is told without what it said', async t => {
	const {env, HOME} = await home(t, {credHelpers: {'a.io': 'nowhere', 'b.io': 'broken', 'c.io': '../drawer'}});
	writeFileSync(join(HOME, 'docker-credential-broken'), '#!/bin/sh\necho my secret\nexit 3\n', {mode: 0o755});

	t.is(await loginFor(reference('a.io/app'), env), undefined);
	t.is(await loginFor(reference('c.io/app'), env), undefined);
	const error = await t.throwsAsync(loginFor(reference('b.io/app'), env), {instanceOf: UsageError});
	t.is(error?.message, 'docker-credential-broken get ended with code 3');
	t.false(JSON.stringify(error).includes('my secret'));
});

test('an identity token is exchanged for a token, and shown to nobody else', async t => {
	const image = imageOf('linux/amd64', ['lowest']);
	const forms: string[] = [];
	const registry = await fakeRegistry(t, image, (request, response) => {
		const {url, method, headers} = request;
		if (url?.startsWith('/token')) {
			request.on('data', (chunk: Buffer) => forms.push(`${method} ${chunk}`));
			request.on('end', () => response.end('{"access_token":"t"}'));
			return true;
		}
		if (headers.authorization === 'Bearer t') return false;
		response.writeHead(401, {'www-authenticate': `Bearer realm="http://${headers.host}/token",service="r"`}).end();
		return true;
	});
	const {env} = await home(t, {auths: {[registry.host]: {auth: 'Og==', identitytoken: 'identity'}}});

	await registrySource(reference(`${registry.host}/team/app`), {backoff: 1, env}).resolve();

	t.deepEqual(forms, [
		'POST grant_type=refresh_token&service=r&client_id=strata&refresh_token=identity&scope=repository%3Ateam%2Fapp%3Apull',
	]);
	t.deepEqual(registry.authorizations, [undefined, undefined, 'Bearer t']);
});

test('an identity token does not follow a redirect to another host', async t => {
	const asked: (string | undefined)[] = [];
	const elsewhere = await serve(t, (request, response) => {
		asked.push(request.url);
		response.end('{"access_token":"t"}');
	});
	const registry = await fakeRegistry(t, imageOf('linux/amd64', ['lowest']), (request, response) => {
		const challenge = {'www-authenticate': `Bearer realm="http://${request.headers.host}/token",service="r"`};
		if (request.url?.startsWith('/token')) response.writeHead(307, {location: `http://${elsewhere}/token`}).end();
		else response.writeHead(401, challenge).end();
		return true;
	});
	const {env} = await home(t, {auths: {[registry.host]: {auth: 'Og==', identitytoken: 'identity'}}});
	const source = registrySource(reference(`${registry.host}/team/app`), {backoff: 1, env});

	await t.throwsAsync(source.resolve(), {instanceOf: RegistryError});

	t.deepEqual(asked, []);
});

test('a file behind a link stays behind it', async t => {
	const {host} = await pushRegistry(t, open);
	const {env, HOME, file} = await home(t, {});
	symlinkSync(file, join(HOME, 'link.json'));

	await login(host, me, {env, authFile: join(HOME, 'link.json')});

	t.deepEqual(Object.keys(readJson(file).auths ?? {}), [host]);
});

for (const server of ['', 'a b', 'alpine', 'r.io/team:1', 'r.io/UPPER']) {
	test(`${JSON.stringify(server)} is no registry to log in to`, async t => {
		await t.throwsAsync(login(server, me, {env: {HOME: '/nowhere'}}), {instanceOf: UsageError, code: 'BAD_REGISTRY'});
	});
}

/** Answers /v2/ for everybody. */
function open(request: IncomingMessage, response: ServerResponse): boolean {
	if (request.url !== '/v2/') return false;
	response.end();
	return true;
}
