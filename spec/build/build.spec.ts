import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {build} from '../../lib/build/build.ts';
import {AbortedError, DockerfileError, StrataError, UsageError} from '../../lib/errors.ts';
import {ofType, read, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {endOfScript} from '../helpers/script.ts';

const hello = {lines: ['FROM scratch', 'COPY a /', 'CMD ["/a"]'], files: {a: 'a'}};
const broken = {lines: ['FROM scratch', 'COPPY a /']};
const missing = {lines: ['FROM scratch', 'COPY nothing /', 'CMD ["/a"]'], files: {a: 'a'}};

test('a build starts at once, awaited or not', async t => {
	const shop = await workshop(t);
	let isRead = false;

	const running = shop.start({
		...hello,
		files: {
			async *a() {
				isRead = true;
				yield Buffer.from('a');
			},
		},
	});
	while (!isRead) await new Promise(resolve => setImmediate(resolve));

	t.like(await running, {names: []});
});

test('a build can be awaited and iterated, both as often as one likes', async t => {
	const shop = await workshop(t);

	const running = shop.start(hello);
	const [one, first, second] = await Promise.all([running, read(running), read(running)]);
	const late = await read(running);

	t.is(first.result, one);
	t.deepEqual(first.events, second.events);
	t.deepEqual(late, first);
	t.deepEqual(
		ofType(first.events, 'build.started').map(({build: id}) => id),
		[running.id],
	);
});

test('awaiting and iterating throw the same error', async t => {
	const shop = await workshop(t);

	const running = shop.start(missing);
	const awaited = await t.throwsAsync(async () => running, {instanceOf: DockerfileError});
	const {error, events} = await read(running);

	t.is(error, awaited);
	t.like(ofType(events, 'error')[0], {code: awaited?.code, exitCode: 3, message: awaited?.message});
});

test('an error has the place, the lines and the ways out; the event has the same', async t => {
	const shop = await workshop(t);

	const {error, events} = await shop.tell(missing);
	const {code, message, location, excerpt, notes, help} = error as StrataError;

	t.deepEqual(location, {file: 'Dockerfile', start: 2, end: 2, column: 6, width: 7});
	t.deepEqual(
		excerpt?.map(({number, marked}) => [number, marked]),
		[
			[1, false],
			[2, true],
		],
	);
	t.like(ofType(events, 'error')[0], {code, message, location, excerpt, notes, help});
});

test('whatever goes wrong, the story begins with build.started and ends with build.finished', async t => {
	const shop = await workshop(t);
	const folder = await folderFor(t);
	const orders = [
		broken,
		missing,
		{...hello, tags: ['NO']},
		{...hello, context: join(folder, 'none')},
		{context: folder},
		{...hello, platforms: ['linux/amd64', 'amd 64']},
		{...hello, target: 'none'},
		{...hello, root: `${folder}/a:b`},
		{...hello, buildArgs: {SOURCE_DATE_EPOCH: 'today'}},
		{...hello, dockerfile: 'none/Dockerfile'},
	];

	const told = await Promise.all(orders.map(order => shop.tell(order)));

	for (const {events, error} of told) {
		t.true(error instanceof StrataError, error?.stack);
		t.deepEqual(events.at(-1)?.type === 'build.finished' && events.at(-1), {
			...{v: 1, t: events.at(-1)?.t, type: 'build.finished', result: 'failed'},
			...{cached: events.length > 5 ? 1 : 0, steps: events.length > 5 ? 3 : 0, ms: events.at(-1)?.t},
		});
	}
});

test('steps that were not reached are not-run', async t => {
	const shop = await workshop(t);

	const {events} = await shop.tell(missing);

	t.deepEqual(
		ofType(events, 'step.finished').map(({step, result}) => [step, result]),
		[
			['s1', 'cached'],
			['s2', 'failed'],
			['s3', 'not-run'],
		],
	);
	t.deepEqual(
		ofType(events, 'step.started').map(({step}) => step),
		['s1', 's2'],
	);
});

test('a value that cannot be used is a rejection, not a throw', async t => {
	const shop = await workshop(t);

	const running = shop.start({...hello, tags: ['NO']});

	await t.throwsAsync(async () => running, {instanceOf: UsageError, message: 'NO cannot name an image'});
});

test('leaving the loop early stops nothing', async t => {
	const shop = await workshop(t);

	const running = shop.start(hello);
	for await (const _ of running) break;

	t.deepEqual(
		(await running).steps.map(({result}) => result),
		['cached', 'done', 'done'],
	);
});

test('a signal that is aborted already stops the build before anything is built', async t => {
	const shop = await workshop(t);
	const reason = new Error('too late');

	const {error, events} = await shop.tell({...hello, signal: AbortSignal.abort(reason)});

	t.true(error instanceof AbortedError);
	t.is(error?.cause, reason);
	t.like(events.at(-1), {type: 'build.finished', result: 'stopped'});
	t.deepEqual(shop.leftovers(), []);
});

test('a context that never comes to its end can be stopped', async t => {
	const shop = await workshop(t);
	const controller = new AbortController();
	const files = {
		async *a() {
			yield Buffer.from('a');
			controller.abort();
			await new Promise(() => {});
		},
	};

	const {error} = await shop.tell({...hello, files, signal: controller.signal});

	t.true(error instanceof AbortedError);
	t.deepEqual(shop.leftovers(), []);
});

test('stop() resolves when everything is cleaned up, also of a build that is over', async t => {
	const shop = await workshop(t);
	const running = shop.start(hello);

	await running.stop('enough');
	const {error, events} = await read(running);
	await running.stop();

	t.true(error instanceof AbortedError);
	t.is(error?.cause, 'enough');
	t.like(events.at(-1), {type: 'build.finished', result: 'stopped'});
	t.deepEqual(shop.leftovers(), []);
	t.deepEqual(readdirSync(join(shop.root, 'locks')), []);
});

test('an AbortedError that one stops with is the error of the build', async t => {
	const shop = await workshop(t);
	const reason = new AbortedError('ABORTED', 'the build was stopped by SIGTERM');
	reason.exitCode = 143;
	const running = shop.start(hello);

	await running.stop(reason);

	t.is((await read(running)).error, reason);
});

test('nothing is left on the signal or the process, nothing is printed (9.29)', async t => {
	const {status, stdout, stderr} = await endOfScript(
		t,
		`import {getEventListeners} from 'node:events';
		const before = process.eventNames().map(name => [name, process.listenerCount(name)]);
		const {signal} = new AbortController();
		await build({root, dockerfile: {text: 'FROM scratch\\nCOPY a /\\n'}, context: {files: {a: 'a'}}, signal});
		await build({root, dockerfile: {text: 'FROM scratch\\nCOPY b /\\n'}, context: {files: {a: 'a'}}, signal}).then(null, () => {});
		if (getEventListeners(signal, 'abort').length > 0) throw new Error('a listener is left on the signal');
		const after = process.eventNames().map(name => [name, process.listenerCount(name)]);
		if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error(JSON.stringify({before, after}));`,
	);

	t.deepEqual({status, stdout, stderr}, {status: 0, stdout: '', stderr: ''});
});

const failing = `build({root, dockerfile: {text: 'FROM scratch\\nCOPY b /\\n'}, context: {files: {a: 'a'}}})`;

test('who neither awaits nor iterates a build that fails gets an unhandled rejection', async t => {
	const {status, stderr} = await endOfScript(t, `${failing};`);

	t.is(status, 1);
	t.regex(stderr, /DockerfileError: COPY: b is not in the build context/);
});

test('who only iterates gets no unhandled rejection', async t => {
	const {status, stdout, stderr} = await endOfScript(
		t,
		`try { for await (const event of ${failing}) console.log(event.type); } catch (error) { console.log(error.code); }
		const broken = ${failing};
		for await (const _ of broken) break;`,
	);

	t.is(stderr, '');
	t.is(status, 0);
	t.true(stdout.endsWith('error\nbuild.finished\nSOURCE_MISSING\n'));
});

test('stages that fail at once are one error, and no unhandled rejection', async t => {
	const stages = ['a', 'b', 'c', 'd'].flatMap(name => [`FROM scratch AS ${name}`, 'COPY a /', `COPY none-${name} /`]);
	const last = ['FROM scratch', ...['a', 'b', 'c', 'd'].map(name => `COPY --from=${name} / /${name}/`)];
	const text = JSON.stringify([...stages, ...last].join('\n'));

	const {status, stdout, stderr} = await endOfScript(
		t,
		`await build({root, dockerfile: {text: ${text}}, context: {files: {a: 'a'}}}).then(null, error => console.log(error.code));`,
	);

	t.deepEqual({status, stdout, stderr}, {status: 0, stdout: 'SOURCE_MISSING\n', stderr: ''});
});

test('who stops a build need not await it', async t => {
	const {status, stderr} = await endOfScript(t, `const running = ${failing}; await running.stop();`);

	t.deepEqual([status, stderr], [0, '']);
});

test('a wrong option costs no build', async t => {
	const root = join(await folderFor(t), 'store');

	t.throws(() => build({context: '.', root, jobs: 0}), {instanceOf: TypeError});

	t.deepEqual(readdirSync(join(root, '..')), []);
});
