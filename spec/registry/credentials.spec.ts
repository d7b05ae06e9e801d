import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {collect} from '../../lib/bytes.ts';
import {RegistryError, UsageError} from '../../lib/errors.ts';
import type {Answer} from '../../lib/http/transport.ts';
import {loginFor} from '../../lib/registry/credentials.ts';
import type {Login} from '../../lib/registry/login.ts';
import {type LoginEnvironment, readLoginFile} from '../../lib/registry/login-files.ts';
import {registrySource} from '../../lib/registry/source.ts';
import {withToken} from '../../lib/registry/token.ts';
import {fakeRegistry, serve} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf} from '../helpers/image.ts';
import {reference} from '../helpers/reference.ts';

const image = imageOf('linux/amd64', ['lowest']);
const [lowest = image.root] = image.layers;

const auth = (name: string) => ({auth: Buffer.from(`${name}:secret`).toString('base64')});
const header = (name: string) => `Basic ${auth(name).auth}`;
const login = (username: string): Login => ({username, password: 'secret'});

/** A home with these files; content that is no text is JSON. */
async function home(t: ExecutionContext, files: Readonly<Record<string, unknown>>): Promise<string> {
	const folder = await folderFor(t);
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, name)), {recursive: true});
		writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
	}
	return folder;
}

test('a login is found where docker and podman keep it, the nearest name first (CLI-23)', async t => {
	const folder = await home(t, {
		'.docker/config.json': {
			auths: {'https://index.docker.io/v1/': auth('hub'), 'r.io': auth('docker'), 'helped.io': {}},
		},
		'run/containers/auth.json': {auths: {'r.io': auth('podman'), 'p.io': auth('all'), 'p.io/team': auth('team')}},
		'own.json': {auths: {'r.io': auth('own')}},
	});
	const env = {HOME: folder, XDG_RUNTIME_DIR: join(folder, 'run')};
	const found = (name: string, more: LoginEnvironment = {}) => loginFor(reference(name), {...env, ...more});

	t.deepEqual(await found('alpine'), login('hub'));
	t.deepEqual(await found('r.io/app'), login('docker'));
	t.deepEqual(await found('p.io/app'), login('all'));
	t.deepEqual(await found('p.io/team/app'), login('team'));
	t.deepEqual(await found('helped.io/app'), undefined);
	t.deepEqual(await found('none.io/app'), undefined);
	t.deepEqual(await found('r.io/app', {REGISTRY_AUTH_FILE: join(folder, 'own.json')}), login('own'));
	t.deepEqual(await found('alpine', {DOCKER_CONFIG: join(folder, 'none')}), undefined);
	t.is(await loginFor(reference('alpine'), {}), undefined);
});

test('a file with logins that is no JSON is an error, and names none of them', async t => {
	const HOME = await home(t, {'.docker/config.json': '{"auths": {"r.io": {"auth": "c2VjcmV0'});

	const error = await t.throwsAsync(loginFor(reference('r.io/app'), {HOME}), {instanceOf: UsageError});

	t.is(error.message, `cannot read the logins in ${HOME}/.docker/config.json: it is no JSON`);
	t.false(JSON.stringify(error).includes('c2VjcmV0'));
});

for (const content of ['[]', 'null', '"auths"', '{"auths": []}', '{"credHelpers": "x"}']) {
	test(`a file with logins that says ${content} is an error`, async t => {
		const HOME = await home(t, {'.docker/config.json': content});

		await t.throwsAsync(loginFor(reference('r.io/app'), {HOME}), {instanceOf: UsageError, code: 'LOGIN_FILE'});
	});
}

test('what is null in a file with logins is empty', async t => {
	const HOME = await home(t, {
		'.docker/config.json': {auths: null, credHelpers: null},
		'.config/containers/auth.json': {auths: {'p.io': null, 'r.io': auth('me')}},
	});

	t.deepEqual(await loginFor(reference('r.io/app'), {HOME}), login('me'));
	t.is(await loginFor(reference('p.io/app'), {HOME}), undefined);
});

test('a helper for Docker Hub is found by each of its names', async t => {
	for (const name of ['docker.io', 'index.docker.io', 'https://index.docker.io/v1/']) {
		const HOME = await home(t, {'config.json': {credHelpers: {[name]: 'drawer'}}});

		t.is(readLoginFile(join(HOME, 'config.json')).helperFor('docker.io'), 'drawer');
	}
});

test('who is not asked for a login needs none that can be read', async t => {
	const {host} = await fakeRegistry(t, image);
	const HOME = await home(t, {'.docker/config.json': '{'});
	const app = registrySource(reference(`${host}/team/app:1`), {backoff: 1, env: {HOME}});

	t.is((await app.resolve()).descriptor.digest, image.root.digest);
});

test('a registry that asks for a login gets it, and nobody that it sends us to', async t => {
	const seen: (string | undefined)[] = [];
	const elsewhere = await serve(t, (request, response) => {
		seen.push(request.headers.authorization);
		response.end('lowest');
	});
	const {host, authorizations} = await fakeRegistry(t, image, ({url, headers}, response) => {
		if (headers.authorization !== header('me')) {
			response.writeHead(401, {'www-authenticate': 'Basic realm="r"'}).end();
			return true;
		}
		if (!url?.includes('/blobs/')) return false;
		response.writeHead(307, {location: `http://${elsewhere}/blob`}).end();
		return true;
	});
	const HOME = await home(t, {'.docker/config.json': {auths: {[host]: auth('me')}}});
	const app = registrySource(reference(`${host}/team/app:1`), {backoff: 1, env: {HOME}});

	await app.resolve();
	await collect(app.open({...lowest, size: 6})).catch(() => {});

	t.deepEqual(authorizations.slice(0, 2), [undefined, header('me')]);
	t.true(seen.length > 0);
	t.true(seen.every(header => header === undefined));
});

test('a token is asked for with the login, by https or on this machine only', async t => {
	const calls: (readonly [string, string | undefined])[] = [];
	const withheld: string[] = [];
	const asked = async (realm: string) => {
		const answer = (status: number, headers: Record<string, string>, text: string) =>
			({status, headers, url: new URL('https://r/v2/'), body: bytes(text)}) as unknown as Answer;
		const send = withToken(
			async ({url, headers}) => {
				calls.push([url.href.replace(/\?.*/, ''), headers?.authorization]);
				if (url.pathname === '/token') return answer(200, {}, '{"token":"t"}');
				if (headers?.authorization === 'Bearer t') return answer(200, {}, '');
				return answer(401, {'www-authenticate': `Bearer realm="${realm}"`}, '');
			},
			{scope: 's', login: async () => login('me'), onWithheld: ({host}) => withheld.push(host)},
		);
		await send({url: new URL('https://r/v2/'), method: 'GET', headers: {}});
		return calls.splice(0);
	};

	const secure = await asked('https://auth.example.com/token');
	t.deepEqual(secure, [
		['https://r/v2/', undefined],
		['https://auth.example.com/token', header('me')],
		['https://r/v2/', 'Bearer t'],
	]);
	t.is((await asked('http://127.0.0.1/token'))[1]?.[1], header('me'));
	t.deepEqual(withheld, []);
	t.is((await asked('http://auth.example.com/token'))[1]?.[1], undefined);
	t.deepEqual(withheld, ['auth.example.com']);
});

test('whom a registry redirects to can ask for no login of it', async t => {
	const calls: string[] = [];
	const send = withToken(
		async ({url}) => {
			calls.push(url.origin);
			const headers = {'www-authenticate': 'Bearer realm="https://elsewhere/token"'};
			return {status: 401, headers, url: new URL('https://elsewhere/blob'), body: bytes('')} as unknown as Answer;
		},
		{scope: 's', login: async () => login('me'), onWithheld: () => {}},
	);

	const {status} = await send({url: new URL('https://r/v2/app/blobs/x'), method: 'GET', headers: {}});

	t.is(status, 401);
	t.deepEqual(calls, ['https://r']);
});

test('a login that does not do is said to be one, without what it is', async t => {
	const {host, requests} = await fakeRegistry(t, image, (_, response) => {
		response.writeHead(401, {'www-authenticate': 'Basic realm="r"'}).end();
		return true;
	});
	const HOME = await home(t, {'.config/containers/auth.json': {auths: {[host]: auth('me')}}});
	const app = registrySource(reference(`${host}/team/app:1`), {backoff: 1, env: {HOME}});

	const error = await t.throwsAsync(app.resolve(), {instanceOf: RegistryError});

	t.like(error, {
		message: `${host} wants a login for team/app (401)`,
		notes: ['the login that is kept for it does not do'],
		help: [`strata login ${host}`],
	});
	t.is(requests.length, 2);
});

test('what the registry says of a refusal is told', async t => {
	const {host} = await fakeRegistry(t, image, (_, response) => {
		response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"this address is not allowed"}]}');
		return true;
	});
	const HOME = await home(t, {'.docker/config.json': {auths: {[host]: auth('me')}}});
	const app = registrySource(reference(`${host}/team/app:1`), {backoff: 1, env: {HOME}});

	const error = await t.throwsAsync(app.resolve(), {instanceOf: RegistryError});

	t.is(error.message, `${host} wants a login for team/app (403)`);
	t.is(error.notes[0], 'it says: this address is not allowed');
});

test('a login that would go in clear text to an authority for tokens is said to be withheld', async t => {
	const {host, authorizations} = await fakeRegistry(t, image, (_, response) => {
		response.writeHead(401, {'www-authenticate': 'Bearer realm="http://auth.example.com/token"'}).end();
		return true;
	});
	const proxy = await serve(t, (request, response) => {
		authorizations.push(request.headers.authorization);
		response.writeHead(401).end();
	});
	const HOME = await home(t, {'.docker/config.json': {auths: {[host]: auth('me')}}});
	const env = {HOME, http_proxy: `http://${proxy}`};
	const app = registrySource(reference(`${host}/team/app:1`), {backoff: 1, env});

	const error = await t.throwsAsync(app.resolve(), {instanceOf: RegistryError, code: 'REGISTRY_LOGIN'});

	t.deepEqual(error.notes, ['the login for it was not shown to auth.example.com, which is asked in clear text']);
	t.deepEqual(error.help, ['ask who runs it to give out tokens by https']);
	t.deepEqual(authorizations, [undefined, undefined, undefined]);
});

test('without a login it is told where one was looked for', async t => {
	const {host} = await fakeRegistry(t, image, (_, response) => {
		response.writeHead(401, {'www-authenticate': 'Basic realm="r"'}).end();
		return true;
	});
	const app = registrySource(reference(`${host}/team/app:1`), {backoff: 1, env: {HOME: '/h', XDG_RUNTIME_DIR: '/r'}});

	const error = await t.throwsAsync(app.resolve(), {instanceOf: RegistryError});

	t.deepEqual(error.notes, [
		'no entry for it in /h/.docker/config.json\nnor in /r/containers/auth.json\nnor in /h/.config/containers/auth.json',
	]);
});

async function* bytes(text: string) {
	yield Buffer.from(text);
}
