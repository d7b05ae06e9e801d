import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {AbortedError, StepFailedError} from '../../lib/errors.ts';
import {type Order, ofType, onBusybox, read, rowsOf, type Workshop, withoutRun, workshop} from '../helpers/build.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);

/** A RUN that goes on until it is stopped; its time tells it from all other processes. */
function endless(seed: number, rest = ''): {readonly run: string; readonly mark: string} {
	const mark = `sleep ${70_000_000 + process.pid * 10 + seed}`;
	return {run: `RUN echo up; ${rest}exec ${mark}`, mark};
}

/** Stops a build as soon as a RUN of it has printed. */
async function stopWhenUp(shop: Workshop, order: Order) {
	const running = shop.start(order);
	for await (const event of running) if (event.type === 'step.output') break;
	await running.stop('enough');
	return read(running);
}

function leftOf(shop: Workshop, mark: string) {
	return {
		processes: processes(mark),
		mounts: readFileSync('/proc/mounts', 'utf8').includes(shop.root),
		temporary: shop.leftovers(),
		locks: readdirSync(join(shop.root, 'locks')),
	};
}

const nothing = {processes: [], mounts: false, temporary: [], locks: []};

runs('a build that is stopped leaves no process, no mount, no lock and no temporary file', async t => {
	const shop = await workshop(t);
	const {run, mark} = endless(1);

	const {error, events} = await stopWhenUp(shop, onBusybox('RUN echo a > /a', run, 'RUN true'));

	t.true(error instanceof AbortedError);
	t.like(error, {step: 's3', exitCode: 130, cause: 'enough'});
	t.like(ofType(events, 'error')[0], {code: 'ABORTED', step: 's3'});
	t.deepEqual(
		rowsOf(events).map(row => row.replace(/.*: /, '')),
		['done', 'done', 'stopped', 'not-run'],
	);
	t.like(events.at(-1), {type: 'build.finished', result: 'stopped', steps: 4});
	t.deepEqual(leftOf(shop, mark), nothing);
});

runs('what was done before a stop is in the cache of the next build', async t => {
	const shop = await workshop(t);
	const {run} = endless(2);
	const big = 'RUN dd if=/dev/urandom of=/a bs=1M count=4 2>/dev/null';
	await stopWhenUp(shop, onBusybox(big, run));

	const {rows} = await shop.build(onBusybox(big, 'RUN cat /a > /b'));

	t.deepEqual(rows, ['FROM busybox: cached', `${big}: cached`, 'RUN cat /a > /b: done']);
});

runs('a program that does not want to end is killed', async t => {
	const shop = await workshop(t);
	const {run, mark} = endless(3, "trap '' TERM; ");
	const start = performance.now();

	const {error} = await stopWhenUp(shop, onBusybox(run));

	t.true(error instanceof AbortedError);
	t.true(performance.now() - start > 2_000, 'it was given its time');
	t.deepEqual(leftOf(shop, mark), nothing);
});

runs('an AbortSignal stops as stop() does, and its reason is the cause', async t => {
	const shop = await workshop(t);
	const {run, mark} = endless(4);

	const {error} = await shop.tell({...onBusybox(run), signal: AbortSignal.timeout(1_500)});

	t.true(error instanceof AbortedError);
	t.like(error?.cause, {name: 'TimeoutError'});
	t.deepEqual(leftOf(shop, mark), nothing);
});

runs('a step that fails stops those beside it; what is done stays in the cache', async t => {
	const shop = await workshop(t);
	const {run, mark} = endless(5);
	const {contexts = {}} = onBusybox();
	const stages = (last: string) => [
		...['FROM busybox AS base', 'RUN echo a > /a', 'FROM base AS one', run],
		...['FROM base AS two', 'COPY --from=base /a /b', last],
		...['FROM scratch', 'COPY --from=one /a /', 'COPY --from=two /b /'],
	];
	const results = (events: Parameters<typeof rowsOf>[0]) => rowsOf(events).map(row => row.replace(/.*: /, ''));

	const {error, events} = await shop.tell({lines: stages('RUN exit 5'), contexts, jobs: 2});
	const again = await shop.tell({lines: stages('RUN exit 6'), contexts, jobs: 2});

	t.true(error instanceof StepFailedError);
	t.like(error, {status: 5});
	const others = ['cached', 'not-run', 'not-run'];
	t.deepEqual(results(events), ['done', 'done', 'cached', 'stopped', 'cached', 'done', 'failed', ...others]);
	t.deepEqual(results(again.events), [
		'cached',
		'cached',
		'cached',
		'stopped',
		'cached',
		'cached',
		'failed',
		...others,
	]);
	t.deepEqual(leftOf(shop, mark), nothing);
});

runs('a stop while a worker starts, a COPY is packed or a layer is unpacked leaves nothing', async t => {
	const shop = await workshop(t);
	const {mark} = endless(6);
	const big = {'big.bin': Buffer.alloc(24_000_000, 'strata')};
	const order = {
		...onBusybox('COPY big.bin /', 'RUN true', 'COPY big.bin /again', 'RUN true'),
		files: big,
		noCache: true,
	};

	for (const moment of [0, 10, 40, 80, 150, 250, 350, 450, 600, 800, 1_200]) {
		const running = shop.start(order);
		await new Promise(resolve => setTimeout(resolve, moment));
		await running.stop();
		t.deepEqual(leftOf(shop, mark), nothing, `stopped after ${moment} ms`);
	}
	const {rows} = await shop.build(order);

	t.is(rows.at(-1), 'RUN true: done');
});

/** Ids of processes whose command line has a text. */
function processes(text: string): string[] {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.filter(pid => commandOf(pid).includes(text));
}

function commandOf(pid: string): string {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
	} catch {
		return '';
	}
}
