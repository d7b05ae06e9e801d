import type {NewEvent} from '../../lib/build/event-stream.ts';
import type {BuildEvent} from '../../lib/build/events.ts';
import {styleOf} from '../../lib/cli/style.ts';

/** UTF-8 without colour: what the mock-ups of UX.md are drawn in. */
export const plainStyle = styleOf({LANG: 'C.UTF-8'}, {color: true, isTerminal: false});
export const asciiStyle = styleOf({LANG: 'C'}, {color: true, isTerminal: false});
export const colorStyle = styleOf({LANG: 'C.UTF-8', TERM: 'xterm'}, {color: true, isTerminal: true});

export const home = '/home/dev';
export const root = '/home/dev/.local/share/strata';
export const digest = 'sha256:f6b87a48a0af0d0e3bc58ba874fc1069692df54586af6610066fc4d75061b933';
export const id = 'sha256:b6ed094a0dd607e71b0471b4ceac6a772cf690d433e764a68356a0ce5fc61ec5';

/** An event at `t` milliseconds. */
export function at(t: number, event: NewEvent): BuildEvent {
	return {v: 1, t, ...event} as BuildEvent;
}

export function started(names: readonly string[] = ['redis:latest']): BuildEvent {
	return at(0, {
		type: 'build.started',
		build: 'k3f9w2',
		at: '2026-01-02T03:04:05.678Z',
		strata: '0.1.0',
		names,
		platforms: ['linux/amd64'],
	});
}

/** A plan out of `label kind text` lines: `deps 1/4 base FROM node`. */
export function plan(...lines: readonly string[]): BuildEvent {
	const steps = lines.map((line, index) => {
		const [, label = '', kind, text = ''] =
			/^((?:\w+ )?\d+\/\d+) (base|run|copy|workdir|config) (.*)$/.exec(line) ?? [];
		const location = {file: 'Dockerfile', start: index + 1, end: index + 1};
		return {id: `s${index + 1}`, label, kind: kind as 'run', platform: 'linux/amd64', text, location};
	});
	return at(31, {
		type: 'plan',
		file: 'Dockerfile',
		stages: [{name: 'stage0', base: 'alpine', steps: steps.map(step => step.id), platforms: ['linux/amd64']}],
		steps,
	});
}

export function begin(t: number, step: string): BuildEvent {
	return at(t, {type: 'step.started', step});
}

export function print(t: number, step: string, text: string): BuildEvent {
	return at(t, {type: 'step.output', step, stream: 'stdout', text});
}

type Finished = Extract<BuildEvent, {readonly type: 'step.finished'}>;

export function end(
	t: number,
	step: string,
	finished: Pick<Finished, 'result' | 'ms'> & Partial<Finished>,
): BuildEvent {
	return at(t, {type: 'step.finished', step, ...finished});
}

type Ended = Extract<BuildEvent, {readonly type: 'build.finished'}>;

export function over(t: number, facts: Partial<Ended> = {}): BuildEvent {
	const image = {
		names: ['redis:latest'],
		digest: digest as never,
		id: id as never,
		size: 5_110_022,
		layers: 2,
		platforms: ['linux/amd64'],
	};
	return at(t, {type: 'build.finished', result: 'done', cached: 0, steps: 3, ms: t, image, ...facts});
}

/** The index of UX 2.8. */
export const indexOfTwo = indexImage();

function indexImage(): NonNullable<Ended['image']> {
	const digest = 'sha256:c46aaefc23475add2da7283909348adf9eca21d9a1fa848a2417a537761480fe' as never;
	const of = (platform: string, size: number) => ({platform, digest, id: digest, size, layers: 2});
	const images = [of('linux/amd64', 5_110_022), of('linux/arm64', 5_410_022)];
	const platforms = images.map(({platform}) => platform);
	return {names: ['redis:latest'], digest, id: digest, size: 9_000_000, layers: 4, platforms, images};
}

/** The course's Dockerfile, built for the first time. */
export const redisPlan = plan(
	'1/3 base FROM alpine',
	'2/3 run RUN apk add --update redis',
	'3/3 config CMD ["redis-server"]',
);

export const alpine = {
	result: 'done',
	ms: 1402,
	layers: 1,
	bytes: 3_623_807,
	resolved: 'docker.io/library/alpine@sha256:90c225a5d58b275573955054a52fb1b156792d5da30b47ce6c894ddb5b64c4f3',
} as const;

export const apkOutput = [
	'fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/main/x86_64/APKINDEX.tar.gz\n',
	'(1/1) Installing redis (8.0.4-r0)\n',
	'Executing redis-8.0.4-r0.pre-install\n',
];

export const firstBuild: readonly BuildEvent[] = [
	started(),
	redisPlan,
	begin(40, 's1'),
	end(1402, 's1', alpine),
	begin(1402, 's2'),
	...apkOutput.map((text, index) => print(1500 + index, 's2', text)),
	print(5000, 's2', 'OK: 11 MiB in 17 packages\n'),
	end(5302, 's2', {result: 'done', ms: 3900}),
	begin(5302, 's3'),
	end(5303, 's3', {result: 'done', ms: 1}),
	over(5612),
];

/** The first step from the cache, the second one done. */
export const allDone: readonly BuildEvent[] = [
	started(),
	plan('1/2 base FROM alpine', '2/2 run RUN make'),
	end(1, 's1', {result: 'cached', ms: 0}),
	end(2, 's2', {result: 'done', ms: 1}),
];

/** An image of two layers that is pushed, as far as it goes until `t` or, without it, to the end. */
export function pushed(dest: string, until = Number.POSITIVE_INFINITY): readonly BuildEvent[] {
	const move = (
		t: number,
		[kind, name, current, total, state]: readonly ['layer' | 'config', string, number, number, string],
	) =>
		at(t, {
			type: 'transfer',
			direction: 'push',
			kind,
			digest: `sha256:${name.padEnd(64, '0')}` as never,
			ref: dest,
			current,
			total,
			state: state as 'done',
			attempt: 1,
		});
	const events = [
		at(6000, {type: 'export', output: 'registry', dest, state: 'started', ms: 0}),
		move(6100, ['layer', 'a', 4_000_000, 4_000_000, 'present']),
		move(6100, ['layer', 'b', 0, 8_000_000, 'active']),
		move(7100, ['layer', 'b', 6_000_000, 8_000_000, 'active']),
		move(8000, ['layer', 'b', 8_000_000, 8_000_000, 'done']),
		move(8000, ['config', 'c', 1500, 1500, 'done']),
		at(8100, {type: 'export', output: 'registry', dest, state: 'done', ms: 2100}),
	];
	return events.filter(({t}) => t <= until);
}
