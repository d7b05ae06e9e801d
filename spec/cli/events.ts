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
		stages: [{name: 'stage0', base: 'alpine', steps: steps.map(step => step.id)}],
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
