import test from 'ava';
import type {BuildEvent} from '../../../lib/build/events.ts';
import {type SummaryFacts, summaryLines} from '../../../lib/cli/report/summary.ts';
import {at, home, indexOfTwo, over, root} from '../events.ts';

const facts: SummaryFacts = {
	root,
	home,
	tools: [],
	exports: [],
	loadCommand: ['strata', 'build', '-t', 'redis', '--load', '.'],
	warnings: 0,
};
const done = over(5612) as Extract<BuildEvent, {type: 'build.finished'}>;
const unnamed = {...done, ...(done.image ? {image: {...done.image, names: []}} : {})};

function exported(output: Extract<BuildEvent, {type: 'export'}>['output'], dest: string, size?: number) {
	return at(1, {type: 'export', output, dest, state: 'done', ms: 1, ...(size === undefined ? {} : {size})}) as Extract<
		BuildEvent,
		{type: 'export'}
	>;
}

function next(changed: Partial<SummaryFacts>, finished = done): readonly string[] {
	return summaryLines(finished, {...facts, ...changed}).slice(3);
}

const all = ['podman', 'docker', 'skopeo'];
const runLine = 'run     podman run --rm oci:$HOME/.local/share/strata:redis:latest';

for (const [title, changed, expected] of [
	['podman is there', {tools: all}, [runLine]],
	['a podman that takes images as they are', {tools: all, podman: 'layout'}, [runLine]],
	[
		'a podman that takes them only after a load',
		{tools: all, podman: 'load'},
		['run     strata build -t redis --load . && podman run --rm redis:latest'],
	],
	['--load was given', {tools: all, exports: [exported('load', '')]}, ['run     podman run --rm redis:latest']],
	[
		'--load was given, to docker',
		{tools: ['docker'], exports: [exported('load', '')]},
		['run     docker run --rm redis:latest'],
	],
	[
		'only docker is there',
		{tools: ['docker', 'skopeo']},
		['run     strata build -t redis --load . && docker run --rm redis:latest'],
	],
	[
		'only docker is there, and stdin cannot be read again',
		{tools: ['docker'], loadCommand: []},
		['image   oci:$HOME/.local/share/strata:redis:latest  (podman, skopeo and umoci read it as it is)'],
	],
	[
		'only skopeo is there',
		{tools: ['skopeo']},
		['copy    skopeo copy oci:$HOME/.local/share/strata:redis:latest docker://REGISTRY/redis'],
	],
	['-o DIR', {exports: [exported('oci', 'out/')]}, ['layout  out/  (oci:out:redis:latest)']],
	[
		'-o type=oci,dest=F.tar',
		{exports: [exported('oci', 'app.tar', 12e6)]},
		['file    app.tar  (12 MB, oci-archive:app.tar)'],
	],
	[
		'-o DIR and podman',
		{tools: all, exports: [exported('oci', 'out')]},
		['layout  out/  (oci:out:redis:latest)', runLine],
	],
	[
		'-o type=docker',
		{exports: [exported('docker', 'my app.tar', 5e6)]},
		['file    my app.tar  (5.0 MB, "docker-archive:my app.tar")'],
	],
	['-o type=local', {exports: [exported('local', 'files/', 5e6)]}, ['files   files/  (5.0 MB)']],
	['-o type=tar', {exports: [exported('tar', 'root.tar', 5e6)]}, ['file    root.tar  (5.0 MB, the files alone)']],
	[
		'-o -',
		{exports: [exported('oci', '-', 5e6)], tools: ['skopeo']},
		['copy    skopeo copy oci:$HOME/.local/share/strata:redis:latest docker://REGISTRY/redis'],
	],
	[
		'none of these',
		{},
		['image   oci:$HOME/.local/share/strata:redis:latest  (podman, skopeo and umoci read it as it is)'],
	],
	[
		'a root with a blank',
		{tools: all, root: '/mnt/my store'},
		['run     podman run --rm "oci:/mnt/my store:redis:latest"'],
	],
] as const) {
	test(`the last line: ${title} (UX 2.1)`, t => {
		t.deepEqual(next(changed), expected);
	});
}

test('without a name and an export the way to it is told', t => {
	t.deepEqual(next({tools: all}, unnamed), ['hint    no -t: the image can be reached by its id only']);
	t.deepEqual(next({exports: [exported('oci', 'out')]}, unnamed), ['layout  out/  (oci:out)']);
	t.deepEqual(next({exports: [exported('cacheonly', '')]}, unnamed), []);
	t.regex(summaryLines(unnamed, facts)[0] ?? '', /^b6ed094a0dd6 {2}5\.1 MB/);
});

test('further names follow the first', t => {
	const named = {...done, ...(done.image ? {image: {...done.image, names: ['redis:latest', 'team/redis:7']}} : {})};

	t.deepEqual(summaryLines(named, facts).slice(0, 2), [
		'redis:latest  5.1 MB, 2 layers, linux/amd64, built in 5.6s',
		'also    team/redis:7',
	]);
});

test('an index says what it has for each platform, and where it was written (UX 2.8)', t => {
	const finished = {...done, ms: 33_100, image: indexOfTwo};

	t.deepEqual(summaryLines(finished, {...facts, tools: all}), [
		'redis:latest  index of 2 platforms, built in 33.1s',
		`digest  ${indexOfTwo.digest}`,
		'  linux/amd64  5.1 MB, 2 layers',
		'  linux/arm64  5.4 MB, 2 layers',
	]);
	t.deepEqual(summaryLines(finished, {...facts, exports: [exported('oci', 'out')]}).slice(4), [
		'layout  out/  (oci:out:redis:latest)',
	]);
});
