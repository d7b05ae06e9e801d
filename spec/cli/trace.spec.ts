import test from 'ava';
import type {BuildEvent} from '../../lib/build/events.ts';
import {traceEvents} from '../../lib/cli/trace.ts';
import {at, begin, end, over, plan, started} from './events.ts';

const [first] = [started()].filter(event => event.type === 'build.started');
const begun = Date.parse(first?.at ?? '');
const clock = {timeOrigin: begun - 100, now: () => 1000};

interface Drawn {
	readonly ph: string;
	readonly name: string;
	readonly ts: number;
	readonly dur: number;
	readonly tid: number;
	readonly args: Readonly<Record<string, string>>;
}

/** `track: name from+length`, in milliseconds since the program began. */
function drawn(events: readonly BuildEvent[]): readonly string[] {
	const all = traceEvents(events, clock) as readonly Drawn[];
	const tracks = new Map(all.filter(({ph}) => ph === 'M').map(({tid, args}) => [tid, args.name]));
	const spans = all.filter(({ph}) => ph === 'X');
	return spans.map(({name, ts, dur, tid}) => `${tid} ${tracks.get(tid)}: ${name} ${ts / 1000}+${dur / 1000}`);
}

test('a trace has the program before and after the build, and each step in the track of its stage', t => {
	const events = [
		started(),
		plan('1/2 base FROM alpine', '2/2 run RUN make'),
		begin(1, 's1'),
		end(11, 's1', {result: 'done', ms: 10}),
		begin(11, 's2'),
		end(31, 's2', {result: 'done', ms: 20}),
		over(40),
	];

	t.deepEqual(drawn(events), [
		'0 program: start of the program 0+100',
		'1 stage stage0: FROM alpine 101+10',
		'1 stage stage0: RUN make 111+20',
		'0 program: end of the program 140+860',
	]);
});

test('what goes on at the same time has tracks of its own, and tracks are used again', t => {
	const work = (now: number, ms: number) => at(now, {type: 'work', what: 'choose', step: 's2', ms});
	const events = [
		started(),
		plan('1/2 base FROM alpine', '2/2 copy COPY . .'),
		work(30, 30),
		work(40, 30),
		work(50, 15),
	];

	t.deepEqual(drawn(events).slice(1), [
		'1 work: choose 2/2 100+30',
		'2 work: choose 2/2 110+30',
		'1 work: choose 2/2 135+15',
	]);
});

test('a step that was not run took no time', t => {
	const events = [started(), plan('1/1 base FROM alpine'), end(5, 's1', {result: 'not-run', ms: 0})];

	t.is(drawn(events).length, 1);
});
