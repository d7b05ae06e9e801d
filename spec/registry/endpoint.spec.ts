import {once} from 'node:events';
import {mkdirSync, writeFileSync} from 'node:fs';
import {createServer, type ServerOptions} from 'node:https';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {RegistryError, UsageError} from '../../lib/errors.ts';
import {parseReference, type Reference} from '../../lib/oci/reference.ts';
import type {RegistryOptions} from '../../lib/registry/client.ts';
import {registrySource} from '../../lib/registry/source.ts';
import {makeCertificate, trust} from '../helpers/certificates.ts';
import {answer, fakeRegistry} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf} from '../helpers/image.ts';
import {testWith} from '../helpers/programs.ts';

const image = imageOf('linux/amd64', ['lowest']);
const withOpenssl = testWith(['openssl']);

/** A registry that speaks https, by a certificate that nobody trusts. */
async function secureRegistry(t: ExecutionContext, options: ServerOptions = {}) {
	const folder = await folderFor(t);
	const own = makeCertificate(folder, 'server');
	const server = createServer({...own, ...options}, (request, response) => answer(image, request, response));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return {host: `127.0.0.1:${(server.address() as AddressInfo).port}`, own};
}

function resolve(host: string, options: RegistryOptions = {}) {
	const reference = parseReference(`${host}/app`) as Reference;
	return registrySource(reference, {backoff: 1, env: {}, ...options}).resolve();
}

withOpenssl('a certificate that nobody trusts is not taken, and two ways out are told', async t => {
	const {host} = await secureRegistry(t);

	const error = await t.throwsAsync(resolve(host, {tlsVerify: true}), {instanceOf: RegistryError});

	t.is(error?.code, 'REGISTRY_INSECURE');
	t.deepEqual(error?.help, [
		'trust its authority, a folder with ca.crt: --cert-dir DIR',
		'or do without: --tls-verify=false',
	]);
});

withOpenssl('--cert-dir names whom to trust', async t => {
	const {host, own} = await secureRegistry(t);
	const certDir = await folderFor(t);
	trust(certDir, own);

	t.is((await resolve(host, {certDir})).descriptor.digest, image.root.digest);
});

withOpenssl(
	'a registry with a folder in certs.d is trusted by it, and asked by https even on this machine',
	async t => {
		const {host, own} = await secureRegistry(t);
		const HOME = await folderFor(t);
		const folder = join(HOME, '.config/containers/certs.d', host);
		mkdirSync(folder, {recursive: true});
		trust(folder, own);

		t.is((await resolve(host, {env: {HOME}})).descriptor.digest, image.root.digest);
	},
);

for (const [title, variable] of [
	['whom Node trusts besides stays trusted', 'NODE_EXTRA_CA_CERTS'],
	['whom this machine trusts stays so beside --cert-dir', 'SSL_CERT_FILE'],
] as const) {
	withOpenssl(title, async t => {
		const {host, own} = await secureRegistry(t);
		const [certDir, extra] = [await folderFor(t), await folderFor(t)];
		trust(certDir, makeCertificate(extra, 'other'));
		trust(extra, own);
		const env = {[variable]: join(extra, 'ca.crt')};

		t.is((await resolve(host, {certDir, env})).descriptor.digest, image.root.digest);
	});
}

withOpenssl('whom this machine trusts is trusted, also where a certificate of ours is asked for', async t => {
	const [folder, certDir] = [await folderFor(t), await folderFor(t)];
	const client = makeCertificate(certDir, 'client');
	const {host, own} = await secureRegistry(t, {requestCert: true, ca: client.cert});
	trust(folder, own);
	const env = {SSL_CERT_FILE: join(folder, 'ca.crt')};

	await t.throwsAsync(resolve(host, {env: {SSL_CERT_FILE: '/nowhere'}, tlsVerify: true, certDir}), {
		code: 'REGISTRY_INSECURE',
	});
	t.is((await resolve(host, {env, tlsVerify: true, certDir})).descriptor.digest, image.root.digest);
});

withOpenssl('a certificate of ours is shown to a registry that asks for one', async t => {
	const certDir = await folderFor(t);
	const client = makeCertificate(certDir, 'client');
	const {host, own} = await secureRegistry(t, {requestCert: true, ca: client.cert});
	trust(certDir, own);
	const withoutClient = await folderFor(t);
	trust(withoutClient, own);

	t.is((await resolve(host, {certDir})).descriptor.digest, image.root.digest);
	await t.throwsAsync(resolve(host, {certDir: withoutClient}), {instanceOf: RegistryError});
});

withOpenssl('--tls-verify=false takes any certificate', async t => {
	const {host} = await secureRegistry(t);

	t.is((await resolve(host, {tlsVerify: false})).descriptor.digest, image.root.digest);
});

withOpenssl('--tls-verify=false asks by http where nothing speaks https', async t => {
	const {host} = await fakeRegistry(t, image);

	t.is((await resolve(host, {tlsVerify: false})).descriptor.digest, image.root.digest);
	await t.throwsAsync(resolve(host, {tlsVerify: true}), {instanceOf: RegistryError, code: 'REGISTRY_INSECURE'});
});

withOpenssl('--tls-verify=false goes on by https where nothing answered for a moment', async t => {
	const {host, listen} = await laterRegistry(t);

	const {descriptor} = await resolve(host, {tlsVerify: false, onRetry: listen});

	t.is(descriptor.digest, image.root.digest);
});

/** A registry that speaks https, once it is told to listen. */
async function laterRegistry(t: ExecutionContext) {
	const server = createServer(makeCertificate(await folderFor(t), 'server'), (request, response) =>
		answer(image, request, response),
	);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	let isTold = false;
	const listen = () => {
		if (!isTold) server.listen(port, '127.0.0.1');
		isTold = true;
	};
	return {host: `127.0.0.1:${port}`, listen};
}

withOpenssl('a certificate without its key is an error of usage', async t => {
	const certDir = await folderFor(t);
	writeFileSync(join(certDir, 'client.cert'), '');

	const error = await t.throwsAsync(async () => resolve('r.example.com', {certDir}), {instanceOf: UsageError});

	t.deepEqual(error?.notes, ['client.key is missing']);
});

test('--tls-verify=false finds http for calls that begin at the same time', async t => {
	const {host} = await fakeRegistry(t, image);
	const source = registrySource(parseReference(`${host}/app`) as Reference, {backoff: 1, env: {}, tlsVerify: false});

	const found = await Promise.all([source.resolve(), source.resolve(), source.resolve()]);

	t.is(found.length, 3);
});
