import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer, request} from 'node:http';
import {createServer as createSecureServer} from 'node:https';
import {type AddressInfo, connect} from 'node:net';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {RegistryError} from '../../lib/errors.ts';
import {type ProxyEnvironment, proxyFor} from '../../lib/http/proxy.ts';
import {transport} from '../../lib/http/transport.ts';
import {parseReference} from '../../lib/oci/reference.ts';
import {registrySource} from '../../lib/registry/source.ts';
import {serve} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';

const cases: readonly (readonly [url: string, env: ProxyEnvironment, proxy: string | undefined])[] = [
	['https://example.com/', {}, undefined],
	['https://example.com/', {HTTPS_PROXY: 'http://proxy:3128'}, 'http://proxy:3128/'],
	['https://example.com/', {https_proxy: 'proxy:3128'}, 'http://proxy:3128/'],
	['https://example.com/', {https_proxy: 'http://lower', HTTPS_PROXY: 'http://upper'}, 'http://lower/'],
	['https://example.com/', {HTTP_PROXY: 'http://proxy'}, undefined],
	['http://example.com/', {HTTP_PROXY: 'http://proxy'}, 'http://proxy/'],
	['https://example.com/', {ALL_PROXY: 'http://proxy'}, 'http://proxy/'],
	['https://example.com/', {HTTPS_PROXY: ''}, undefined],
	['https://example.com/', {HTTPS_PROXY: 'socks5://proxy'}, undefined],
	['http://localhost:5000/', {HTTP_PROXY: 'http://proxy'}, undefined],
	['http://127.0.0.2/', {HTTP_PROXY: 'http://proxy'}, undefined],
	['http://[::1]:5000/', {HTTP_PROXY: 'http://proxy'}, undefined],
	['https://example.com/', {HTTPS_PROXY: 'http://proxy', NO_PROXY: '*'}, undefined],
	['https://example.com/', {HTTPS_PROXY: 'http://proxy', NO_PROXY: 'other.com, example.com'}, undefined],
	['https://a.example.com/', {HTTPS_PROXY: 'http://proxy', NO_PROXY: 'example.com'}, undefined],
	['https://a.example.com/', {HTTPS_PROXY: 'http://proxy', NO_PROXY: '.example.com'}, undefined],
	['https://anexample.com/', {HTTPS_PROXY: 'http://proxy', NO_PROXY: 'example.com'}, 'http://proxy/'],
	['https://example.com/', {HTTPS_PROXY: 'http://proxy', NO_PROXY: 'example.com:443'}, undefined],
	['https://example.com/', {HTTPS_PROXY: 'http://proxy', NO_PROXY: 'example.com:5000'}, 'http://proxy/'],
	['http://10.1.2.3/', {HTTP_PROXY: 'http://proxy', NO_PROXY: '192.168.0.0/16,10.0.0.0/8'}, undefined],
	['http://10.1.2.3/', {HTTP_PROXY: 'http://proxy', NO_PROXY: '10.1.2.0/30'}, undefined],
	['http://10.1.2.3/', {HTTP_PROXY: 'http://proxy', NO_PROXY: '10.1.2.0/31'}, 'http://proxy/'],
	['http://10.1.2.3/', {HTTP_PROXY: 'http://proxy', NO_PROXY: '10.0.0.0/40,10.0.0.0/x,/8'}, 'http://proxy/'],
	['http://a10.example.com/', {HTTP_PROXY: 'http://proxy', NO_PROXY: '0.0.0.0/0'}, 'http://proxy/'],
	['http://[fd00::5]:5000/', {HTTP_PROXY: 'http://proxy', NO_PROXY: 'fd00::/8'}, undefined],
	['http://[fd00::5]:5000/', {HTTP_PROXY: 'http://proxy', NO_PROXY: 'fd00::5'}, undefined],
	['http://[fe00::5]:5000/', {HTTP_PROXY: 'http://proxy', NO_PROXY: 'fd00::/8,10.0.0.0/8'}, 'http://proxy/'],
];

for (const [url, env, proxy] of cases) {
	test(`${url} with ${JSON.stringify(env)} goes ${proxy ? `through ${proxy}` : 'directly'}`, t => {
		t.is(proxyFor(new URL(url), env)?.href, proxy);
	});
}

/** A proxy that sends everything to one address, whatever it is asked for, and says what that was. */
async function proxyTo(t: ExecutionContext, address: string): Promise<{env: ProxyEnvironment; asked: string[]}> {
	const asked: string[] = [];
	const [hostname = '', port] = address.split(':');
	const server = createServer((incoming, response) => {
		asked.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization']}`);
		const {pathname, search} = new URL(incoming.url ?? '');
		const onward = request({hostname, port, path: `${pathname}${search}`, method: incoming.method}, answer => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		onward.end();
	});
	server.on('connect', (incoming, socket) => {
		asked.push(`CONNECT ${incoming.url} ${incoming.headers['proxy-authorization']}`);
		const onward = connect(Number(port), hostname, () => {
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
			onward.pipe(socket).pipe(onward);
		});
		onward.on('error', () => socket.destroy());
		socket.on('error', () => onward.destroy());
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	const proxy = `http://dev:s%3Acret@127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {env: {HTTP_PROXY: proxy, HTTPS_PROXY: proxy}, asked};
}

const login = `Basic ${Buffer.from('dev:s:cret').toString('base64')}`;

test('plain http is asked of the proxy', async t => {
	const host = await serve(t, (incoming, response) => response.end(`hello from ${incoming.url}`));
	const {env, asked} = await proxyTo(t, host);

	const {body, status} = await transport(
		env,
		60_000,
	)({url: new URL('http://far.example/a?b'), method: 'GET', headers: {}});

	t.is(status, 200);
	t.is(await text(body), 'hello from /a?b');
	t.deepEqual(asked, [`GET http://far.example/a?b ${login}`]);
});

test('https goes through a tunnel of the proxy, whose end must be who it says', async t => {
	const folder = await folderFor(t);
	const certificate = selfSigned(t, folder);
	if (!certificate) return;
	const server = createSecureServer(certificate, (_, response) => response.end('hello')).listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => server.close());
	const {env: proxies, asked} = await proxyTo(t, `127.0.0.1:${(server.address() as AddressInfo).port}`);
	const env = {...proxies, SSL_CERT_FILE: '/nowhere'};
	const reference = parseReference('registry.example/app');

	const error = await t.throwsAsync(reference ? registrySource(reference, {env}).resolve() : Promise.resolve(), {
		instanceOf: RegistryError,
		code: 'REGISTRY_INSECURE',
	});

	t.regex(
		error.message,
		/^cannot reach registry registry\.example: its certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
	);
	t.deepEqual(asked, [`CONNECT registry.example:443 ${login}`]);
});

test('a server that speaks no https is told at once', async t => {
	const {env} = await proxyTo(t, await serve(t, (_, response) => response.end()));
	const reference = parseReference('registry.example/app');

	const error = await t.throwsAsync(reference ? registrySource(reference, {env}).resolve() : Promise.resolve(), {
		instanceOf: RegistryError,
		code: 'REGISTRY_INSECURE',
	});

	t.is(error.message, 'cannot reach registry registry.example: it does not speak https');
	t.deepEqual(error.notes, ['http is used for localhost only']);
});

test('a proxy that opens no tunnel is told', async t => {
	const server = createServer().on('connect', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => server.close());
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const reference = parseReference('registry.example/app');
	const env = {HTTPS_PROXY: `http://${host}`};

	const error = await t.throwsAsync(
		reference ? registrySource(reference, {env, backoff: 1}).resolve() : Promise.resolve(),
		{
			instanceOf: RegistryError,
		},
	);

	t.is(error.message, `cannot reach registry registry.example: the proxy ${host} answers 403`);
});

function selfSigned(t: ExecutionContext, folder: string): {key: string; cert: string} | undefined {
	const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
	const flags = [
		'req',
		'-x509',
		'-newkey',
		'rsa:2048',
		'-nodes',
		'-subj',
		'/CN=registry.example',
		'-keyout',
		key,
		'-out',
		cert,
	];
	try {
		execFileSync('openssl', flags, {stdio: 'pipe'});
		return {key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8')};
	} catch (error) {
		t.log(`not tested: openssl makes no certificate here: ${(error as Error).message}`);
		t.pass();
		return undefined;
	}
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
	let result = '';
	for await (const chunk of body) result += Buffer.from(chunk).toString();
	return result;
}
