import {randomBytes} from 'node:crypto';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {MachineError, StepError, StepFailedError} from '../../lib/errors.ts';
import {ofType, onBusybox, outputOf, rowsOf, storedImage, withoutRun, workshop} from '../helpers/build.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);

runs('a RUN makes a layer of what it changed, and its history entry', async t => {
	const shop = await workshop(t);

	const {config, trees, rows} = await shop.build(
		onBusybox('ARG A=1', 'RUN echo hello > /hello && rm -r /tmp', 'USER 7'),
	);

	t.deepEqual(rows, [
		'FROM busybox: done',
		'ARG A=1: done',
		'RUN echo hello > /hello && rm -r /tmp: done',
		'USER 7: done',
	]);
	t.deepEqual(trees[1], {hello: '644 6', tmp: 'whiteout'});
	t.deepEqual(
		config.history?.slice(1).map(({created_by, empty_layer}) => [created_by, empty_layer ?? false]),
		[
			['ARG A=1', true],
			['RUN |1 A=1 /bin/sh -c echo hello > /hello && rm -r /tmp # buildkit', false],
			['USER 7', true],
		],
	);
});

runs('a RUN that changes nothing has an empty layer (RUN-14)', async t => {
	const shop = await workshop(t);

	const {trees, manifest, config} = await shop.build(onBusybox('RUN true'));

	t.deepEqual(trees[1], {});
	t.is(manifest.layers.length, 2);
	t.is(config.history?.filter(({empty_layer}) => !empty_layer).length, 2);
});

runs('a RUN sees what the steps before it left, copied or run, also out of the cache', async t => {
	const shop = await workshop(t);
	const steps = ['RUN echo one > /one', 'COPY two /two', 'WORKDIR /three', 'RUN cat /one /two; pwd'];
	const files = {two: 'two\n'};

	const first = await shop.build({...onBusybox(...steps), files});
	const second = await shop.build({...onBusybox(...steps, 'RUN cat /one /two; pwd; echo again'), files});

	t.is(outputOf(first.events), 'one\ntwo\n/three\n');
	t.deepEqual(
		second.rows.map(row => row.replace(/.*: /, '')),
		['cached', 'cached', 'cached', 'cached', 'cached', 'done'],
	);
	t.is(outputOf(second.events), 'one\ntwo\n/three\nagain\n');
});

runs('a COPY from a stage takes what a RUN made there, with owners, modes and links', async t => {
	const shop = await workshop(t);
	const {lines = [], contexts} = onBusybox();

	const {trees} = await shop.build({
		lines: [
			`${lines[0]} AS make`,
			'RUN mkdir -m 750 /d && echo x > /d/f && chmod 4755 /d/f && ln -s f /d/l && dd if=/dev/zero of=/d/big bs=1M count=2 2>/dev/null',
			'FROM scratch',
			'COPY --from=make --chown=5:6 /d /d',
		],
		...(contexts ? {contexts} : {}),
	});

	t.deepEqual(trees, [{'d/': '755 5:6', 'd/big': '644 5:6 2097152', 'd/f': '4755 5:6 2', 'd/l': '→ f 5:6'}]);
});

runs('what a RUN writes into a VOLUME stays in the image (VOL-1)', async t => {
	const shop = await workshop(t);

	const {trees} = await shop.build(onBusybox('RUN mkdir /v', 'VOLUME /v', 'RUN echo kept > /v/f'));

	t.deepEqual(trees[2], {'v/': '755', 'v/f': '644 5'});
});

runs(
	'a RUN begins in its WORKDIR, made anew for its USER if it is gone, and under its host name (RUN-13, ARG-7)',
	async t => {
		const shop = await workshop(t);
		const lines = [
			'WORKDIR /w/d',
			'RUN rm -r /w',
			'USER 7:8',
			'RUN pwd; hostname; stat -c %u:%g /w /w/d',
			'RUN hostname; true',
		];

		const named = await shop.build({...onBusybox(...lines), buildArgs: {BUILDKIT_SANDBOX_HOSTNAME: 'other'}});
		const unnamed = await shop.build({...onBusybox('RUN hostname'), buildArgs: {BUILDKIT_SANDBOX_HOSTNAME: ''}});

		t.is(outputOf(named.events), '/w/d\nother\n7:8\n7:8\nother\n');
		t.is(outputOf(unnamed.events), 'buildkitsandbox\n');
	},
);

runs('output is told as it came, stdout and stderr, text and bytes', async t => {
	const shop = await workshop(t);

	const {events, result} = await shop.build(
		onBusybox(String.raw`RUN echo out; sleep 0.2; echo err >&2; sleep 0.2; printf '\377\200'; printf 'ä€😀'`),
	);

	const pieces = ofType(events, 'step.output').map(({stream, text, base64}) => ({
		stream,
		isText: text !== undefined,
		data: text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text),
	}));
	t.deepEqual(
		pieces.slice(0, 2).map(({stream, data}) => `${stream} ${data}`),
		['stdout out\n', 'stderr err\n'],
	);
	t.false(pieces[2]?.isText);
	t.deepEqual(
		Buffer.concat(pieces.slice(2).map(({data}) => data)),
		Buffer.concat([Buffer.from([0xff, 0x80]), Buffer.from('ä€😀')]),
	);
	t.is(result.steps.at(-1)?.result, 'done');
});

runs('a RUN that fails is a StepFailedError with all that can be told of it (RUN-12)', async t => {
	const shop = await workshop(t);
	const noise = 'for i in $(seq 1 30); do echo line $i; done; echo oops >&2; exit 7';

	const {error, events} = await shop.tell(
		onBusybox('RUN echo before > /before', 'WORKDIR /w', `RUN ${noise}`, 'RUN true'),
	);

	t.true(error instanceof StepFailedError);
	const {step, command, status, logTail, logFile, location, exitCode, notes, message} = error as StepFailedError;
	t.deepEqual({step, status, exitCode, start: location?.start}, {step: 's4', status: 7, exitCode: 4, start: 4});
	t.deepEqual(command, ['/bin/sh', '-c', noise]);
	t.regex(message, /^RUN failed with exit code 7 after \d+\.\ds$/);
	t.deepEqual(logTail, [...Array.from({length: 19}, (_, index) => `line ${index + 12}`), 'oops']);
	t.is(readFileSync(logFile, 'utf8').split('\n').length, 32);
	t.deepEqual(notes, [`/bin/sh -c '${noise}', user root, directory /w`, 'whole output, 31 lines: strata logs 4/5']);
	t.like(ofType(events, 'error')[0], {code: 'RUN_FAILED', step, logTail, logFile, message});
	t.deepEqual(rowsOf(events).slice(-2), [`RUN ${noise}: failed`, 'RUN true: not-run']);
	t.like(ofType(events, 'step.finished').at(-2), {result: 'failed', exitCode: 7});
});

runs('what a failed RUN started from is an image of the store; nothing of the RUN is kept', async t => {
	const shop = await workshop(t);
	const running = shop.start(onBusybox('ENV A=1', 'RUN echo before > /before', 'RUN echo after > /after; exit 1'));

	await t.throwsAsync(async () => running, {instanceOf: StepFailedError});
	const index = JSON.parse(readFileSync(join(shop.root, 'index.json'), 'utf8'));
	const [entry] = index.manifests;
	const {config} = storedImage(shop.root, entry);

	t.is(entry.annotations['org.opencontainers.image.ref.name'], `failed:${running.id}`);
	t.is(config.rootfs.diff_ids.length, 2);
	t.true(config.config?.Env?.includes('A=1'));
	t.deepEqual(shop.leftovers(), []);
	const again = await shop.tell(onBusybox('ENV A=1', 'RUN echo before > /before', 'RUN echo after > /after; exit 1'));
	t.deepEqual(
		rowsOf(again.events).map(row => row.replace(/.*: /, '')),
		['cached', 'cached', 'cached', 'failed'],
	);
});

runs('a RUN that is killed tells by which signal', async t => {
	const shop = await workshop(t);

	const {error} = await shop.tell(onBusybox("RUN sh -c 'kill -9 $$'; exit $?"));

	t.like(error, {status: 'SIGKILL'});
	t.regex(error?.message ?? '', /^RUN was killed by signal 9 after /);
});

runs('what cannot be run is told before it is tried: no shell, no user', async t => {
	const shop = await workshop(t);

	const shell = await shop.tell({lines: ['FROM scratch', 'COPY a /', 'RUN echo a'], files: {a: 'a'}});
	const user = await shop.tell(onBusybox('USER nobody', 'RUN id'));

	t.true(shell.error instanceof StepError);
	t.like(shell.error, {message: 'RUN: no /bin/sh in the image', location: {start: 3}, exitCode: 4});
	t.like(user.error, {exitCode: 4, location: {start: 3}});
	t.deepEqual(shop.leftovers(), []);
});

runs('a runtime that is not there is an error of this machine', async t => {
	const shop = await workshop(t);

	const {error} = await shop.tell({...onBusybox('RUN true'), runtime: '/none/crun'});

	t.true(error instanceof MachineError);
	t.like(error, {exitCode: 7});
	t.regex(error?.message ?? '', /\(Dockerfile:2\)$/);
});

runs('the log of a step is beside those of its build, raw, with an index', async t => {
	const shop = await workshop(t);
	const running = shop.start(onBusybox('RUN echo hello'));

	await running;
	const folder = join(shop.root, 'logs', running.id);

	t.is(readFileSync(join(folder, 's2.log'), 'utf8'), 'hello\n');
	t.regex(readFileSync(join(folder, 's2.log.idx'), 'utf8'), /^\d+ stdout 0 6\n$/);
	t.like(JSON.parse(readFileSync(join(folder, 'build.json'), 'utf8')), {build: running.id, steps: {length: 2}});
	t.false(existsSync(join(folder, 's1.log')));
});

runs('with an epoch, no time in the layer of a RUN is later', async t => {
	const shop = await workshop(t);
	const order = {...onBusybox('RUN echo a > /a && touch -d @1000 /b'), buildArgs: {SOURCE_DATE_EPOCH: '1600000000'}};

	const one = await shop.build(order);
	const other = await (await workshop(t)).build(order);

	t.is(other.result.digest, one.result.digest);
});

runs('a result with another layer of the same content keeps the older layer, and what follows (KEY-4)', async t => {
	const shop = await workshop(t);
	const order = (noise: string) =>
		onBusybox(`RUN echo ${noise} >/dev/null; echo same > /same`, 'RUN cat /same', 'CMD ["a"]');
	const first = await shop.build(order('one'));

	const second = await shop.build(order('two'));

	t.deepEqual(
		second.rows.map(row => row.replace(/.*: /, '')),
		['cached', 'done', 'cached', 'cached'],
	);
	t.deepEqual(second.manifest.layers, first.manifest.layers);
});

runs('noCache runs a RUN after a RUN that changed nothing', async t => {
	const shop = await workshop(t);
	const order = onBusybox('RUN echo a > /a', 'RUN cat /a > /b');
	const first = await shop.build(order);

	const again = await shop.build({...order, noCache: true});

	t.deepEqual(
		again.rows.map(row => row.replace(/.*: /, '')),
		['done', 'done', 'done'],
	);
	t.deepEqual(again.manifest.layers, first.manifest.layers);
	t.true(statSync(join(shop.root, 'blobs/sha256')).isDirectory());
});

runs('how far the packing of a layer is, is told while it goes on, for RUN and for COPY', async t => {
	const shop = await workshop(t);
	const order = onBusybox('RUN head -c 30000000 /dev/urandom > /a', 'COPY b /');

	const {events} = await shop.build({...order, files: {b: randomBytes(30_000_000)}});

	for (const step of ['s2', 's3']) {
		const told = ofType(events, 'packing').filter(event => event.step === step);
		const currents = told.map(({current}) => current);
		t.true(told.length > 0);
		t.true(told.every(({total}) => total === 30_000_000));
		t.deepEqual(
			currents,
			currents.toSorted((a, b) => a - b),
		);
		t.true((currents.at(-1) ?? 0) <= 30_000_000);
	}
});
