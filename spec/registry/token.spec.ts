import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {RegistryError} from '../../lib/errors.ts';
import type {RegistryOptions} from '../../lib/registry/client.ts';
import {registrySource} from '../../lib/registry/source.ts';
import {parseBearer} from '../../lib/registry/token.ts';
import {fakeRegistry, tokenRegistry} from '../helpers/fake-registry.ts';
import {imageOf} from '../helpers/image.ts';
import {reference} from '../helpers/reference.ts';

const image = imageOf('linux/amd64', [Buffer.alloc(200_000, 'lowest'), 'highest']);
const [lowest = image.root] = image.layers;

function source(host: string, options: RegistryOptions = {}) {
	return registrySource(reference(`${host}/team/app:1`), {backoff: 1, env: {}, ...options});
}

const challenges: readonly (readonly [header: string, challenge: object | undefined])[] = [
	[
		'Bearer realm="https://auth/token",service="r",scope="a:b:pull"',
		{realm: 'https://auth/token', service: 'r', scope: 'a:b:pull'},
	],
	['bearer Realm=https://auth/token', {realm: 'https://auth/token'}],
	['Bearer realm="https://auth/t?a=\\"b,c", service="x y"', {realm: 'https://auth/t?a="b,c', service: 'x y'}],
	['Basic realm="r", Bearer realm="https://auth/token",service="s"', {realm: 'https://auth/token', service: 's'}],
	['Bearer realm="https://auth/token", Basic realm="r"', {realm: 'https://auth/token'}],
	['Basic realm="https://auth/token"', undefined],
	['Bearer service="s"', undefined],
	['Bearer realm="not an address"', undefined],
	['Bearer realm="file:///etc/passwd"', undefined],
	['', undefined],
];

for (const [header, challenge] of challenges) {
	test(`${JSON.stringify(header)} ${challenge ? 'asks for a token' : 'asks for none'}`, t => {
		t.deepEqual(parseBearer(header) as object | undefined, challenge);
	});
}

test('a token is fetched once for all that is asked at the same time', async t => {
	const {host, requests} = await tokenRegistry(t, image);
	const app = source(host);

	await Promise.all([app.resolve(), collect(app.open(lowest)), app.peek()]);
	await app.resolve();

	const tokens = requests.filter(request => request.includes('/token'));
	t.deepEqual(tokens, ['GET /token?a=b&service=registry&scope=repository%3Ateam%2Fapp%3Apull']);
});

test('a token that is refused is fetched anew', async t => {
	let expire = false;
	const {host, requests} = await tokenRegistry(t, image, (_, response) => {
		if (!expire) return false;
		expire = false;
		response.writeHead(401, {'www-authenticate': `Bearer realm="http://${host}/token"`}).end();
		return true;
	});
	const app = source(host);
	await app.resolve();
	expire = true;

	await app.resolve();

	t.is(requests.filter(request => request.includes('/token')).length, 2);
});

test('a token that does not help ends in the wish for a login', async t => {
	const {host, requests} = await fakeRegistry(t, image, ({url, headers}, response) => {
		if (url?.startsWith('/token')) response.end('{"access_token":"worthless"}');
		else response.writeHead(401, {'www-authenticate': `Bearer realm="http://${headers.host}/token"`}).end();
		return true;
	});

	const error = await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError, code: 'REGISTRY_LOGIN'});

	t.is(error.message, `${host} wants a login for team/app (401)`);
	t.is(requests.length, 3);
});

test('an authority that gives no token ends in the wish for a login', async t => {
	const {host} = await fakeRegistry(t, image, ({url, headers}, response) => {
		const challenge = {'www-authenticate': `Bearer realm="http://${headers.host}/token"`};
		response.writeHead(url?.startsWith('/token') ? 403 : 401, challenge).end();
		return true;
	});

	await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError, code: 'REGISTRY_LOGIN'});
});

test('an authority that is not well is asked again', async t => {
	const {host} = await tokenRegistry(t, image);
	const flaky = await fakeRegistry(t, image, (request, response) => {
		if (request.headers.authorization) return false;
		const realm = flaky.requests.length > 2 ? `http://${host}/token` : `http://${flaky.host}/token`;
		const code = request.url?.startsWith('/token') ? 500 : 401;
		response.writeHead(code, {'www-authenticate': `Bearer realm="${realm}"`}).end();
		return true;
	});

	await t.notThrowsAsync(source(flaky.host).resolve());
});

test('a token that cannot stand in a header is none', async t => {
	const {host} = await fakeRegistry(t, image, ({url, headers}, response) => {
		if (url?.startsWith('/token')) response.end('{"token":"a\\r\\nHost: b"}');
		else response.writeHead(401, {'www-authenticate': `Bearer realm="http://${headers.host}/token"`}).end();
		return true;
	});

	await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError, code: 'REGISTRY_LOGIN'});
});
