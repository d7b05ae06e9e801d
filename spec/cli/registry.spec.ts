import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {openStore} from '../../lib/store/open.ts';
import {first, serve, status} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf, push} from '../helpers/image.ts';
import {startPrivateRegistry, startRegistry} from '../helpers/registry.ts';
import {storeImage, storeLayer} from '../helpers/stored-image.ts';
import {onTerminal, strata, strataFile} from './command.ts';

const image = imageOf('linux/amd64', [Buffer.alloc(200_000, 'lowest'), 'highest']);

/** A home and a store with `app` in it. */
async function place(t: ExecutionContext) {
	const folder = await folderFor(t);
	const root = join(folder, 'store');
	await using store = await openStore(root);
	const layer = await storeLayer(store, {'hello.txt': 'hello'});
	const {descriptor} = storeImage(store, {layers: [layer]});
	await store.images.tag(descriptor, 'app:latest');
	return {folder, root, digest: descriptor.digest, env: {STRATA_ROOT: root, HOME: folder}};
}

test('strata push tells on stderr, and prints the name that never changes', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const {env, digest} = await place(t);
	const name = `${registry.host}/team/app:1.4`;

	const pushed = await strata(['push', 'app', name], {env});
	const again = await strata(['push', '-q', 'app', name], {env});

	t.is(pushed.stdout, `${registry.host}/team/app@${digest}\n`);
	t.regex(pushed.stderr, /^\[push\] 127\.0\.0\.1:\d+\/team\/app:1\.4\n\[push\] \| \d+ B\n\[push\] DONE \d+\.\ds\n$/);
	t.deepEqual(again, {...pushed, stderr: ''});
});

test('strata pull on a terminal leaves one row (UX 2.9)', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	await push(registry.host, 'app', {image, tag: '1'});
	const {env} = await place(t);

	const pulled = await onTerminal(['pull', `${registry.host}/app:1`], 'cols 80 rows 24', {env});

	t.is(pulled.status, 0);
	t.regex(pulled.stdout, /✔.*pull.* 127\.0\.0\.1:\d+\/app:1 +200 kB +.*\d+\.\ds/);
});

test('a registry that has to be asked again is told, as lines and as events', async t => {
	const {env} = await place(t);
	const ill = first(1, /manifests/, status(503));
	const host = await serve(t, (request, response) => void (ill(request, response) || response.writeHead(404).end()));

	const plain = await strata(['pull', `${host}/app`], {env});
	const raw = await strata(['pull', `${host}/app`, '--progress', 'rawjson'], {env});

	t.regex(plain.stderr, /^\[pull\] 127.*\n\[pull\] \| 503 from 127.*, again in 2s \(1 of 5\)\n/);
	const events = raw.stderr
		.trim()
		.split('\n')
		.map(line => JSON.parse(line) as {type: string});
	t.is(events.at(-1)?.type, 'error');
});

test('a login is taken from stdin, kept for pull, and goes by logout; no word of ours has it', async t => {
	const registry = await startPrivateRegistry();
	t.teardown(() => registry.stop());
	const {env, folder, root} = await place(t);
	const name = `${registry.host}/app`;

	const refused = await strata(['push', 'app', name], {env});
	const loggedIn = await strata(['login', '-u', 'user', '--password-stdin', registry.host], {env, input: 'secret\n'});
	const pushed = await strata(['push', 'app', name], {env});
	const loggedOut = await strata(['logout', registry.host], {env});
	const bySession = await strata(['pull', name], {env: {...env, STRATA_CREDS: 'user:secret'}});
	const byStdin = await strata(['pull', name, '--creds', '-'], {env, input: 'user:secret\n'});
	const wrong = await strata(['pull', name, '--creds', 'user:s3cret'], {env});

	t.is(refused.status, 5);
	t.regex(refused.stderr, /help: strata login 127\.0\.0\.1:\d+\n$/);
	t.is(loggedIn.stderr, `logged in to ${registry.host} as user, kept in clear text in $HOME/.docker/config.json\n`);
	t.is(pushed.status, 0, pushed.stderr);
	t.is(loggedOut.stderr, `removed the login for ${registry.host} in $HOME/.docker/config.json\n`);
	t.is(bySession.status, 0, bySession.stderr);
	t.is(byStdin.status, 0, byStdin.stderr);
	t.is(wrong.status, 5);
	const told = [refused, loggedIn, pushed, loggedOut, bySession, byStdin, wrong]
		.map(({stdout, stderr}) => stdout + stderr)
		.join('');
	t.notRegex(told + texts(folder) + texts(root), /secret|s3cret|dXNlcjpzZWNyZXQ/);
});

test('a password cannot be asked for without a terminal', async t => {
	const {env} = await place(t);

	const ended = await strata(['login', '-u', 'user', 'r.example.com'], {env});

	t.is(ended.status, 2);
	t.regex(ended.stderr, /^error: there is no terminal to ask for the password at\n/);
});

for (const [key, name, status] of [
	['\x03', 'Ctrl-C', 130],
	['\x04', 'Ctrl-D', 2],
] as const) {
	for (const question of ['Username: ', 'Password: ']) {
		test(`${name} at ${question}ends the command with ${status}`, async t => {
			const {env} = await place(t);
			const user = question === 'Password: ' ? ['-u', 'user'] : [];

			const {shown, ended} = await answered(t, ['login', ...user, 'r.example.com'], {env, question, answer: key});

			t.is(ended, status);
			if (key === '\x03') t.is(shown.replace(/\x1b\[\d*[A-Za-z]/g, '').trim(), question.trim());
			else t.regex(shown, /\nerror: a login needs a name and a password\r\n/);
		});
	}
}

interface Answer {
	readonly env: Readonly<Record<string, string>>;
	readonly question: string;
	readonly answer: string;
}

/** Runs `strata …` at a terminal, with an answer to the question that it asks. */
async function answered(t: ExecutionContext, words: readonly string[], {env, question, answer}: Answer) {
	const command = [process.execPath, strataFile, ...words].join(' ');
	const child = spawn('script', ['-qec', command, '/dev/null'], {
		env: {PATH: process.env.PATH, TERM: 'xterm', LANG: 'C.UTF-8', NO_COLOR: '1', ...env},
	});
	t.teardown(() => child.kill());
	let shown = '';
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		shown += chunk;
		if (chunk.includes(question)) child.stdin.write(answer);
	});
	const [ended] = (await once(child, 'close')) as [number | null];
	return {shown, ended};
}

test('two logins cannot both come from stdin', async t => {
	const {env} = await place(t);

	const {status, stderr} = await strata(['copy', 'app', 'oci:out', '--src-creds', '-', '--dest-creds', '-'], {env});

	t.is(status, 2);
	t.regex(stderr, /^error: --src-creds and --dest-creds cannot both be read from stdin\n/);
});

test('a password that is typed at a terminal is not shown', async t => {
	const registry = await startPrivateRegistry();
	t.teardown(() => registry.stop());
	const {env, folder} = await place(t);
	const typed = {env, question: 'Password: ', answer: 'secret\r'};

	const {shown} = await answered(t, ['login', '-u', 'user', registry.host], typed);

	t.regex(shown, /^Password: [^a-z]*logged in to 127/);
	t.notRegex(shown, /secret/);
	t.regex(texts(folder), /dXNlcjpzZWNyZXQ=/);
});

test('eight processes push and pull at the same time, with one store and one registry', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	await push(registry.host, 'base', {image, tag: '1'});
	const {env, root, digest} = await place(t);

	const ended = await Promise.all(
		Array.from({length: 8}, (_, at) =>
			at % 2 === 0
				? strata(['push', '-q', 'app', `${registry.host}/app${at % 4}:${at}`], {env})
				: strata(['pull', '-q', `${registry.host}/base:1`], {env}),
		),
	);

	t.deepEqual(
		ended.map(({status, stderr}) => ({status, stderr})),
		ended.map(() => ({status: 0, stderr: ''})),
	);
	await using store = await openStore(root);
	t.is(store.images.find(`${registry.host}/base:1`)?.descriptor.digest, image.root.digest);
	t.true(image.layers.every(layer => store.blobs.has(layer.digest, layer.size)));
	t.deepEqual(readdirSync(join(root, 'tmp')), []);
	const kept = await strata(['pull', '-q', `${registry.host}/app0:4`], {env});
	t.is(kept.stdout, `${registry.host}/app0@${digest}\n`);
});

/** All that lies in a folder, as one text. */
function texts(folder: string): string {
	const files = readdirSync(folder, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile());
	return files.map(file => readFileSync(join(file.parentPath, file.name), 'latin1')).join('\n');
}
