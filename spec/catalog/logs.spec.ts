import {appendFileSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {buildLogs, readLog} from '../../lib/catalog/logs.ts';
import {UsageError} from '../../lib/errors.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';

const steps = [
	{id: 's1', label: 'build 1/3', text: 'FROM alpine'},
	{id: 's2', label: 'build 2/3', text: 'RUN make'},
	{id: 's3', label: 'test 2/3', text: 'RUN make test'},
];

async function setUp(t: ExecutionContext) {
	const root = await folderFor(t);
	const store = await openStore(root);
	t.teardown(() => store[Symbol.asyncDispose]());
	writeBuild(root, 'older1', {at: '2026-01-01T00:00:00Z', ended: '2026-01-01T00:00:01Z'});
	writeBuild(root, 'newer1', {at: '2026-01-02T00:00:00Z'});
	return {root, store};
}

function writeBuild(root: string, build: string, facts: object) {
	mkdirSync(join(root, 'logs', build), {recursive: true});
	writeFileSync(join(root, 'logs', build, 'build.json'), JSON.stringify({build, names: ['app:1'], steps, ...facts}));
}

function print(root: string, file: string, pieces: readonly (readonly [stream: string, data: string | Buffer])[]) {
	const log = join(root, 'logs', `${file}.log`);
	let offset = 0;
	for (const [at, [stream, data]] of pieces.entries()) {
		appendFileSync(log, data);
		appendFileSync(`${log}.idx`, `${at * 10} ${stream} ${offset} ${data.length}\n`);
		offset += data.length;
	}
}

async function read(options: Parameters<typeof readLog>[0]) {
	const chunks: string[] = [];
	for await (const {step, stream, t, data} of readLog(options)) {
		chunks.push(`${step.id} ${stream} ${t} ${Buffer.from(data).toString('latin1')}`);
	}
	return chunks;
}

test('the builds with logs are listed, the last one first', async t => {
	const {root} = await setUp(t);
	mkdirSync(join(root, 'logs/killed'));

	t.deepEqual(
		buildLogs({root}).map(({build}) => build),
		['newer1', 'older1'],
	);
});

test('a log is what the steps printed, byte for byte, with its stream and time', async t => {
	const {root} = await setUp(t);
	print(root, 'newer1/s2', [
		['stdout', 'one\n'],
		['stderr', Buffer.from([0xff, 0x00, 0x0a])],
	]);
	print(root, 'newer1/s3', [['stdout', 'tested\n']]);

	t.deepEqual(await read({root}), ['s2 stdout 0 one\n', 's2 stderr 10 \xff\0\n', 's3 stdout 0 tested\n']);
});

test('one step is read by its label, its number or its id', async t => {
	const {root} = await setUp(t);
	print(root, 'older1/s3', [['stdout', 'tested\n']]);

	for (const step of ['test 2/3', 's3'])
		t.deepEqual(await read({root, build: 'older1', step}), ['s3 stdout 0 tested\n']);
	await t.throwsAsync(read({root, build: 'older1', step: '2/3'}), {code: 'STEP_AMBIGUOUS'});
	await t.throwsAsync(read({root, build: 'older1', step: '9/9'}), {code: 'STEP_UNKNOWN'});
});

test('a build without a log is refused', async t => {
	const {root} = await setUp(t);

	const error = await t.throwsAsync(read({root, build: 'absent'}), {instanceOf: UsageError});

	t.is(error?.message, 'no log of a build absent');
	t.deepEqual(error?.notes, ['there are newer1, older1']);
});

test('following a log ends with its build', async t => {
	const {root} = await setUp(t);
	print(root, 'newer1/s2', [['stdout', 'first\n']]);
	const chunks = readLog({root, follow: true});

	t.is(Buffer.from((await chunks.next()).value?.data ?? []).toString(), 'first\n');
	print(root, 'newer1/s3', [['stdout', 'later\n']]);
	t.is(Buffer.from((await chunks.next()).value?.data ?? []).toString(), 'later\n');
	writeBuild(root, 'newer1', {at: '2026-01-02T00:00:00Z', ended: '2026-01-02T00:00:01Z'});
	t.true((await chunks.next()).done);
});

test('following the log of a build that was killed ends when nobody has the store open', async t => {
	const {root, store} = await setUp(t);
	print(root, 'newer1/s2', [['stdout', 'last words\n']]);
	const chunks = readLog({root, follow: true});
	await chunks.next();

	await store[Symbol.asyncDispose]();

	t.true((await chunks.next()).done);
});

test('following a log stops with its signal', async t => {
	const {root} = await setUp(t);
	const controller = new AbortController();
	const reading = read({root, follow: true, signal: controller.signal});

	controller.abort(new Error('enough'));

	await t.throwsAsync(reading, {message: 'enough'});
});

test('a log of many megabytes is read in pieces', async t => {
	const {root} = await setUp(t);
	const line = `${'x'.repeat(1023)}\n`;
	print(
		root,
		'newer1/s2',
		Array.from({length: 200}, () => ['stdout', line.repeat(100)] as const),
	);
	let size = 0;

	for await (const {data} of readLog({root})) size += data.length;

	t.is(size, 200 * 100 * 1024);
});
