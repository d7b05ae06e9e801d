import test from 'ava';
import type {Builder} from '../../lib/build/builder.ts';
import {startEarly} from '../../lib/build/early-start.ts';
import {checkOptions} from '../../lib/build/request.ts';
import {diffIDFromHex, digestOf} from '../../lib/oci/digest.ts';
import type {Layer} from '../../lib/oci/image.ts';
import type {Worker} from '../../lib/worker/worker.ts';
import {ofType, onBusybox, withoutRun, workshop} from '../helpers/build.ts';
import {unless} from '../helpers/skip.ts';
import {targetStage} from '../plan/planning.ts';

const runs = unless(withoutRun);
const stage = targetStage('FROM alpine\nRUN make\nCMD make');

/** A builder whose cache has all steps or none, and what is asked of its worker. */
function builderWith({recorded, noCache = false}: {recorded: boolean; noCache?: boolean}) {
	const asked: number[] = [];
	const finishes: (() => void)[] = [];
	const prepare = ({length}: readonly Layer[]) => {
		asked.push(length);
		return new Promise<void>(resolve => finishes.push(resolve));
	};
	let starts = 0;
	const builder = {
		request: checkOptions({context: '.', noCache}),
		epoch: undefined,
		cache: {mayHave: () => recorded},
		async worker() {
			starts += 1;
			return {prepare} as unknown as Worker;
		},
	} as unknown as Builder;
	return {builder, asked, finish: () => finishes.shift()?.(), starts: () => starts};
}

const layers = ['a', 'b', 'c'].map((text): Layer => {
	const digest = digestOf(text);
	return {descriptor: {mediaType: 'layer', digest, size: 1}, diffID: diffIDFromHex(digest.slice(7))};
});

/** What was begun goes on. */
const turn = () => new Promise(resolve => setImmediate(resolve));

test('a worker is started for a RUN that the cache has not, and for one that is done anew', t => {
	const missing = builderWith({recorded: false});
	const anew = builderWith({recorded: true, noCache: true});

	for (const {builder} of [missing, anew]) startEarly([stage], builder);

	t.deepEqual([missing.starts(), anew.starts()], [1, 1]);
});

test('none is started where the cache may have all RUNs, or nothing is run', t => {
	const cached = builderWith({recorded: true});
	const idle = builderWith({recorded: false});

	startEarly([stage], cached.builder).unpack(stage, layers);
	startEarly([targetStage('FROM alpine\nCMD make')], idle.builder).unpack(stage, layers);

	t.deepEqual([cached.starts(), idle.starts()], [0, 0]);
});

test('layers are unpacked as they come, those that came meanwhile together', async t => {
	const {builder, asked, finish} = builderWith({recorded: false});
	const early = startEarly([stage], builder);

	for (const count of [1, 2, 3]) early.unpack(stage, layers.slice(0, count));
	await turn();
	early.unpack(stage, layers);
	finish();
	await turn();

	t.deepEqual(asked, [3]);
});

test('a layer that comes while one is unpacked waits for its end', async t => {
	const {builder, asked, finish} = builderWith({recorded: false});
	const early = startEarly([stage], builder);

	early.unpack(stage, layers.slice(0, 1));
	await turn();
	early.unpack(stage, layers.slice(0, 2));
	early.unpack(stage, layers);
	await turn();
	t.deepEqual(asked, [1]);
	finish();
	await turn();

	t.deepEqual(asked, [1, 3]);
});

runs('the worker of a first build starts before the first RUN is reached', async t => {
	const shop = await workshop(t);
	const {lines, contexts} = onBusybox('COPY a /', 'RUN true');

	const {events} = await shop.build({lines: lines ?? [], contexts: contexts ?? {}, files: {a: 'a'}});

	const [worker] = ofType(events, 'work').filter(({what}) => what === 'worker');
	const [from] = ofType(events, 'step.started');
	t.true(worker && from && worker.t - worker.ms <= from.t, JSON.stringify([worker, from]));
});
