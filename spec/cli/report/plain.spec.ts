import test from 'ava';
import type {BuildEvent} from '../../../lib/build/events.ts';
import {closing} from '../../../lib/cli/report/closing.ts';
import {plainReporter} from '../../../lib/cli/report/plain.ts';
import {
	allDone,
	alpine,
	at,
	begin,
	end,
	firstBuild,
	home,
	over,
	plainStyle,
	plan,
	print,
	pushed,
	redisPlan,
	root,
	started,
} from '../events.ts';
import {block} from './screen.ts';

interface Told {
	readonly colors?: boolean;
	readonly github?: boolean;
	/** Runs after the events, with a hand on the clock. */
	readonly after?: (hands: {readonly tick: (now: number) => void; readonly event: (event: BuildEvent) => void}) => void;
}

/** What plain mode prints of these events. Logs hold what the events say that steps printed. */
function tell(events: readonly BuildEvent[], {colors = false, github = false, after}: Told = {}): string {
	let printed = '';
	let clock = 0;
	const logs = new Map<string, Buffer>();
	const facts = {root, tools: ['podman'], loadCommand: [], checkCommand: ['strata', 'build', '--check', '.']};
	const closes = closing(facts, {err: plainStyle, home});
	const reporter = plainReporter({
		now: () => clock,
		write: text => {
			printed += text;
		},
		readLog: (step, offset, length) => logs.get(step)?.subarray(offset, offset + length) ?? Buffer.alloc(0),
		closing: closes.lines,
		colors,
		github,
	});
	const event = (event: BuildEvent) => {
		if (event.type === 'step.output') {
			const data = event.text === undefined ? Buffer.from(event.base64 ?? '', 'base64') : Buffer.from(event.text);
			logs.set(event.step, Buffer.concat([logs.get(event.step) ?? Buffer.alloc(0), data]));
		}
		void closes.event(event);
		reporter.event(event);
	};
	for (const each of events) event(each);
	after?.({
		event,
		tick(now) {
			clock = now;
			reporter.tick();
		},
	});
	return printed.replace(/\n$/, '');
}

test('a first build reads from top to bottom (UX 2.2)', t => {
	t.is(
		tell(firstBuild),
		block(`
strata 0.1.0: building redis from Dockerfile, 3 steps, linux/amd64
[1/3] FROM alpine
[1/3] | docker.io/library/alpine@sha256:90c225a5d58b275573955054a52fb1b156792d5da30b47ce6c894ddb5b64c4f3
[1/3] | pulled 1 layer, 3.6 MB
[1/3] DONE 1.4s
[2/3] RUN apk add --update redis
[2/3] | fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/main/x86_64/APKINDEX.tar.gz
[2/3] | (1/1) Installing redis (8.0.4-r0)
[2/3] | Executing redis-8.0.4-r0.pre-install
[2/3] | OK: 11 MiB in 17 packages
[2/3] DONE 3.9s
[3/3] CMD ["redis-server"]
[3/3] DONE 0.0s
redis:latest  5.1 MB, 2 layers, linux/amd64, built in 5.6s
digest  sha256:f6b87a48a0af0d0e3bc58ba874fc1069692df54586af6610066fc4d75061b933
id      sha256:b6ed094a0dd607e71b0471b4ceac6a772cf690d433e764a68356a0ce5fc61ec5
run     podman run --rm oci:$HOME/.local/share/strata:redis:latest
`),
	);
});

test('a cached step is one line (UX 2.3)', t => {
	const events = [started(), redisPlan, begin(40, 's2'), end(50, 's2', {result: 'cached', ms: 0})];

	t.is(tell(events).split('\n')[1], '[2/3] CACHED RUN apk add --update redis');
});

test('a cache that was read or written is one line', t => {
	const about = {type: 'cache', kind: 'steps', ref: 'ci', ms: 210} as const;
	const events = [
		started(),
		redisPlan,
		at(40, {...about, direction: 'from', state: 'started'}),
		at(50, {...about, direction: 'from', state: 'done', entries: 12}),
		at(50, {...about, direction: 'from', state: 'absent'}),
		at(50, {...about, direction: 'from', state: 'failed'}),
		at(50, {...about, kind: 'mounts', direction: 'from', state: 'done', entries: 1}),
		at(50, {...about, kind: 'layers', direction: 'from', state: 'done', entries: 3, size: 12_000_000}),
		at(60, {...about, direction: 'to', state: 'done', entries: 3, size: 12_000_000, blobs: 6, present: 4}),
	];

	t.deepEqual(tell(events).split('\n').slice(1), [
		'cache from ci: 12 steps, 0.2s',
		'cache from ci: nothing there yet, 0.2s',
		'cache mounts from ci: 1 mount, 0.2s',
		'cache layers from ci: 3 layers, 12 MB, 0.2s',
		'cache to ci: 12 MB, 4 of 6 there already, 0.2s',
	]);
});

test('layers that are compressed otherwise for longer than a second are told of', t => {
	const events = [started(), redisPlan, at(40, {type: 'export', output: 'store', dest: '', state: 'started', ms: 0})];

	t.is(tell(events, {after: ({tick}) => tick(1_100)}).split('\n')[1], 'compressing the layers');
});

test('a cache that takes longer than a second is named', t => {
	const events = [
		started(),
		redisPlan,
		at(40, {type: 'cache', kind: 'steps', direction: 'to', ref: 'ci', state: 'started', ms: 0}),
	];

	const printed = tell(events, {after: ({tick}) => tick(1_100)});

	t.is(printed.split('\n')[1], 'writing the cache ci');
});

const twoStages = plan(
	'deps 1/2 base FROM node',
	'deps 2/2 run RUN npm ci',
	'test 1/2 base FROM node',
	'test 2/2 run RUN npm test',
);
const sideBySide = [
	started(),
	twoStages,
	begin(1, 's2'),
	begin(2, 's4'),
	print(3, 's2', 'deps one\n'),
	print(4, 's4', 'test one\ntest t'),
	print(5, 's2', 'deps two\n'),
	print(6, 's4', 'wo\n'),
];

test('lines of steps side by side are never mixed (UX P3)', t => {
	const events = [
		...sideBySide,
		end(7, 's2', {result: 'done', ms: 6}),
		print(8, 's4', 'test three\n'),
		end(9, 's4', {result: 'done', ms: 7}),
	];

	t.is(
		tell(events).split('\n').slice(1).join('\n'),
		block(`
[deps 2/2] RUN npm ci
[deps 2/2] | deps one
[deps 2/2] | deps two
[deps 2/2] DONE 0.0s
[test 2/2] RUN npm test
[test 2/2] | test one
[test 2/2] | test two
[test 2/2] | test three
[test 2/2] DONE 0.0s
`),
	);
});

test('a step that ends before its turn follows in one piece', t => {
	const events = [...sideBySide, end(7, 's4', {result: 'done', ms: 5}), end(9, 's2', {result: 'done', ms: 8})];

	t.deepEqual(tell(events).split('\n').slice(4), [
		'[deps 2/2] DONE 0.0s',
		'[test 2/2] RUN npm test',
		'[test 2/2] | test one',
		'[test 2/2] | test two',
		'[test 2/2] DONE 0.0s',
	]);
});

test('a failure prints at once, with all it printed; the others show their last 20 lines', t => {
	const many = Array.from({length: 40}, (_, index) => `late ${index}\n`).join('');
	const third = plan('a 1/1 run RUN a', 'b 1/1 run RUN b', 'c 1/1 run RUN c', 'd 1/1 run RUN d');
	const events = [
		started(),
		third,
		begin(1, 's1'),
		begin(1, 's2'),
		begin(1, 's3'),
		print(2, 's1', 'first\n'),
		print(2, 's2', 'broken\n'),
		print(2, 's3', many),
		end(9, 's2', {result: 'failed', ms: 1200}),
		end(9, 's1', {result: 'stopped', ms: 8}),
		end(9, 's3', {result: 'stopped', ms: 8}),
		end(9, 's4', {result: 'not-run', ms: 0}),
	];

	const lines = tell(events).split('\n').slice(1);

	t.deepEqual(lines.slice(0, 6), [
		'[a 1/1] RUN a',
		'[a 1/1] | first',
		'[b 1/1] RUN b',
		'[b 1/1] | broken',
		'[b 1/1] FAILED 1.2s',
		'[a 1/1] STOPPED 0.0s',
	]);
	t.is(lines[6], '[c 1/1] RUN c');
	t.deepEqual(
		lines.slice(7, -2),
		Array.from({length: 20}, (_, index) => `[c 1/1] | late ${index + 20}`),
	);
	t.deepEqual(lines.slice(-2), ['[c 1/1] STOPPED 0.0s', '[d 1/1] NOT RUN RUN d']);
});

test('a step that waits for its turn is heard of once a minute', t => {
	t.regex(
		tell(sideBySide, {
			after({tick}) {
				tick(59_999);
				tick(60_000);
				tick(60_100);
			},
		}),
		/(?<!\n.*still running.*)\n\[test 2\/2\] still running, 1m 00s, 2 lines$/s,
	);
});

test('a step that is silent shows its first line after a moment, and a cached one never twice', t => {
	const told = tell([started(), redisPlan, begin(1, 's2')], {
		after({tick, event}) {
			tick(299);
			tick(300);
			tick(400);
			event(end(500, 's2', {result: 'cached', ms: 0}));
		},
	});

	t.deepEqual(told.split('\n').slice(1), ['[2/3] RUN apk add --update redis', '[2/3] CACHED']);
});

test('bytes are reported every ten seconds at most (UX 2.2)', t => {
	const layer = (time: number, current: number) =>
		at(time, {
			type: 'transfer',
			step: 's1',
			direction: 'pull',
			kind: 'layer',
			digest: 'sha256:aa' as never,
			ref: 'x',
			current,
			total: 76_000_000,
			state: 'active',
			attempt: 1,
		});

	const told = tell([started(), redisPlan, begin(1, 's1'), layer(1000, 0)], {
		after({tick, event}) {
			tick(9000);
			event(layer(9000, 20_000_000));
			tick(10_000);
			event(layer(4730, 41_000_000));
			tick(19_000);
			event(layer(19_000, 50_000_000));
		},
	});

	t.deepEqual(told.split('\n').slice(1), ['[1/3] FROM alpine', '[1/3] | 41 of 76 MB, 11 MB/s']);
});

test('what is waited for before there is a plan is said after a second (UX P8)', t => {
	const told = tell([started()], {
		after({tick}) {
			tick(999);
			tick(1000);
			tick(5000);
		},
	});

	t.is(told, 'strata 0.1.0: reading the Dockerfile and its bases');
});

test('in GitHub Actions a step that printed is a group, and a failed one is not folded (UX 6)', t => {
	const error = at(9, {
		type: 'error',
		code: 'RUN_FAILED',
		exitCode: 4,
		message: 'RUN failed with exit code 1',
		location: {file: 'Dockerfile', start: 2, end: 2},
		help: [],
	});
	const events = [
		started(),
		redisPlan,
		begin(1, 's1'),
		end(2, 's1', alpine),
		begin(2, 's2'),
		print(3, 's2', '::add-path::/x\n'),
		end(4, 's2', {result: 'failed', ms: 1}),
		error,
		end(4, 's3', {result: 'not-run', ms: 0}),
	];

	t.deepEqual(tell(events, {github: true}).split('\n').slice(1), [
		'::group::[1/3] FROM alpine',
		`[1/3] | ${alpine.resolved}`,
		'[1/3] | pulled 1 layer, 3.6 MB',
		'::endgroup::',
		'[1/3] DONE 1.4s',
		'::group::[2/3] RUN apk add --update redis',
		'[2/3] | ::add-path::/x',
		'::endgroup::',
		'[2/3] | ::add-path::/x',
		'[2/3] FAILED 0.0s',
		'::error file=Dockerfile,line=2::RUN failed with exit code 1',
		'[3/3] NOT RUN CMD ["redis-server"]',
	]);
});

test('colours of a step pass where colour is on, and nothing else does', t => {
	const events = [started(), redisPlan, begin(1, 's2'), print(2, 's2', '10%\r100%\r\n\u001B[31mred\u001B[2K\tend\n')];

	t.deepEqual(tell(events).split('\n').slice(2), ['[2/3] | 100%', '[2/3] | red     end']);
	t.deepEqual(tell(events, {colors: true}).split('\n').slice(2), [
		'[2/3] | 100%',
		'[2/3] | \u001B[31mred     end\u001B[0m',
	]);
});

test('output that is no UTF-8, and characters cut in two, are told whole', t => {
	const euro = Buffer.from('5 €\n');
	const raw = (data: Uint8Array) =>
		at(2, {type: 'step.output', step: 's2', stream: 'stdout', base64: Buffer.from(data).toString('base64')});
	const events = [
		started(),
		redisPlan,
		begin(1, 's2'),
		raw(euro.subarray(0, 3)),
		raw(euro.subarray(3)),
		raw(Buffer.from([0xff, 10])),
	];

	t.deepEqual(tell(events).split('\n').slice(2), ['[2/3] | 5 €', '[2/3] | �']);
});

test('a line without end is told in pieces, and a last one without line break too', t => {
	const events = [
		started(),
		redisPlan,
		begin(1, 's2'),
		print(2, 's2', 'x'.repeat(40_000)),
		end(3, 's2', {result: 'done', ms: 1}),
		over(4),
	];

	const lines = tell(events).split('\n');

	t.deepEqual(
		lines.filter(line => line.includes('xxx')).map(line => line.length - '[2/3] | '.length),
		[16_384, 16_384, 7232],
	);
});

test('packing that goes on when all steps are done is told of after a second, then every ten (UX P8)', t => {
	const packing = (current: number) => at(3, {type: 'packing', step: 's2', current, total: 140_000_000});

	const lines = tell(allDone, {
		after({tick, event}) {
			tick(100);
			event(packing(61_200_000));
			for (const now of [1000, 1100, 1200, 11_000]) tick(now);
			event(packing(130_000_000));
			tick(11_100);
		},
	}).split('\n');

	t.deepEqual(lines.slice(-2), ['packing 1 layer, 61 of 140 MB', 'packing 1 layer, 130 of 140 MB']);
	t.is(lines.filter(line => line.startsWith('packing')).length, 2);
});

test('a push is a block of its own (UX 2.9)', t => {
	const lines = tell([...firstBuild.slice(0, -1), ...pushed('registry.example.com/team/app:1.4'), over(8200)]).split(
		'\n',
	);

	t.deepEqual(lines.slice(lines.indexOf('[3/3] DONE 0.0s') + 1).slice(0, 3), [
		'[push] registry.example.com/team/app:1.4',
		'[push] | 12 MB, 1 of 3 there already',
		'[push] DONE 2.1s',
	]);
});
