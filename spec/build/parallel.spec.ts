import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import type {BuildEvent} from '../../lib/build/events.ts';
import {ofType, onBusybox, outputOf, read, withoutRun, workshop, workshopAt} from '../helpers/build.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);
const {contexts = {}} = onBusybox();

/** Ends well if another RUN, which does the same, is there while it is. */
const meets = (own: string, other: string) =>
	`RUN --mount=type=cache,target=/place touch /place/${own}; for i in $(seq 120); do [ -e /place/${other} ] && exit 0; sleep 0.5; done; exit 1`;

/** Two stages that need nothing of each other. */
const pair = [
	...['FROM busybox AS one', 'RUN echo one; sleep 1.5; echo end'],
	...['FROM busybox AS two', 'RUN echo two; sleep 1.5; echo end'],
	...['FROM scratch', 'COPY --from=one /bin/sh /one', 'COPY --from=two /bin/sh /two'],
];

/** When each RUN began and ended to print. */
function spans(events: readonly BuildEvent[]) {
	const outputs = ofType(events, 'step.output');
	return [...new Set(outputs.map(({step}) => step))].map(step => {
		const times = outputs.filter(output => output.step === step).map(({t}) => t);
		return {from: Math.min(...times), to: Math.max(...times)};
	});
}

runs('stages that do not need each other run at the same time', async t => {
	const shop = await workshop(t);
	const lines = [
		...['FROM busybox AS one', meets('one', 'two')],
		...['FROM busybox AS two', meets('two', 'one')],
		...['FROM scratch', 'COPY --from=one /bin/sh /one', 'COPY --from=two /bin/sh /two'],
	];

	await t.notThrowsAsync(shop.build({lines, contexts, jobs: 2}));
});

runs('jobs: 1 runs one after the other, and tells who waits for a slot', async t => {
	const shop = await workshop(t);

	const {events} = await shop.build({lines: pair, contexts, jobs: 1});

	const [one, two] = spans(events);
	t.true(one && two && (one.to <= two.from || two.to <= one.from), JSON.stringify([one, two]));
	t.true(ofType(events, 'step.waiting').some(waiting => waiting.for === 'slot'));
});

runs('a COPY waits for no slot: it is done while a RUN of another stage goes on', async t => {
	const shop = await workshop(t);
	const lines = [
		...['FROM busybox AS quick', 'RUN echo quick > /quick'],
		...['FROM busybox AS slow', 'RUN sleep 2; echo end > /slow'],
		...['FROM scratch', 'COPY --from=quick /quick /quick', 'COPY --from=slow /slow /slow'],
	];

	const {events} = await shop.build({lines, contexts, jobs: 1});

	const [plan] = ofType(events, 'plan');
	const textOf = (id: string) => plan?.steps.find(step => step.id === id)?.text;
	const finished = ofType(events, 'step.finished').map(({step}) => textOf(step));
	const [slow, copy] = [lines[3], lines[5]].map(line => finished.indexOf(line));
	t.true(copy !== -1 && (copy ?? 0) < (slow ?? 0), JSON.stringify(finished));
});

runs('two builds at once: one does each step, the other waits for it and finds it in the cache', async t => {
	const shop = await workshop(t);
	const order = onBusybox(
		'RUN echo first; sleep 1.5; echo one > /one',
		'RUN echo second; sleep 1.5; cat /one > /two',
		'RUN echo third; sleep 0.5; cat /two > /three',
	);
	await shop.build(onBusybox());

	const told = await Promise.all([shop, workshopAt(t, shop.root)].map(one => one.build(order)));
	const [one, other] = told.map(({events}) => outputOf(events));

	t.is(
		[...(one ?? '').split('\n'), ...(other ?? '').split('\n')]
			.filter(line => line !== '')
			.toSorted()
			.join(),
		'first,second,third',
	);
	t.is(told[0]?.result.digest, told[1]?.result.digest);
	const waits = told.flatMap(({events}) => ofType(events, 'step.waiting').filter(waiting => waiting.for === 'lock'));
	t.true(waits.length > 0);
	t.true(waits.every(({pid}) => pid === process.pid));
	t.deepEqual(readdirSync(join(shop.root, 'locks')), []);
});

runs('who waits for a step that fails does it itself', async t => {
	const shop = await workshop(t);
	await shop.build(onBusybox());
	const order = onBusybox('RUN echo up; sleep 1; exit 3');

	const told = await Promise.all([shop, workshopAt(t, shop.root)].map(one => one.tell(order)));

	t.true(told.every(({error}) => error && 'status' in error && error.status === 3));
	t.true(told.every(({events}) => outputOf(events) === 'up\n'));
});

runs('who is stopped while it waits for another build leaves that alone', async t => {
	const shop = await workshop(t);
	await shop.build(onBusybox());
	const order = onBusybox('RUN echo up; sleep 2; echo done > /done');
	const first = shop.start(order);
	for await (const event of first) if (event.type === 'step.output') break;

	const second = shop.start(order);
	for await (const event of second) if (event.type === 'step.waiting') break;
	await second.stop();

	t.like(await read(second), {error: {code: 'ABORTED'}});
	t.like(await first, {steps: {length: 2}});
});

runs('equal stages of one build are done once', async t => {
	const shop = await workshop(t);

	const {events, rows} = await shop.build({
		lines: [
			...['FROM busybox AS one', 'RUN echo same', 'FROM busybox AS two', 'RUN echo same'],
			...['FROM scratch', 'COPY --from=one /bin/sh /one', 'COPY --from=two /bin/sh /two'],
		],
		contexts,
	});

	t.is(outputOf(events), 'same\n');
	t.deepEqual(rows.filter(row => row.startsWith('RUN')).toSorted(), ['RUN echo same: cached', 'RUN echo same: done']);
});
