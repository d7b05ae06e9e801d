import test from 'ava';
import type {Platform} from '../../lib/oci/platform.ts';
import {joinPlans, stagesOf} from '../../lib/plan/platforms.ts';
import {plan} from './planning.ts';

const amd64 = {os: 'linux', architecture: 'amd64'};
const arm64 = {os: 'linux', architecture: 'arm64'};
const armV6 = {os: 'linux', architecture: 'arm', variant: 'v6'};
const armV7 = {os: 'linux', architecture: 'arm', variant: 'v7'};
const darwin = {os: 'darwin', architecture: 'amd64'};

function joined(lines: readonly string[], first: Platform, ...others: readonly Platform[]) {
	const text = `${lines.join('\n')}\n`;
	return joinPlans([plan(text, {platform: first}), ...others.map(platform => plan(text, {platform}))]);
}

function labels(lines: readonly string[], first: Platform, ...others: readonly Platform[]): readonly string[] {
	return stagesOf(joined(lines, first, ...others)).flatMap(({steps}) => steps.map(({id, label}) => `${id} ${label}`));
}

test('the plan of one platform stays as it is', t => {
	const one = plan('FROM a\nENV A=1\n');

	t.is(joinPlans([one])[0], one);
});

test('steps are numbered over all platforms, and labelled with theirs (UX 2)', t => {
	t.deepEqual(labels(['FROM a', 'ENV A=1'], amd64, arm64), [
		's1 amd64 1/2',
		's2 amd64 2/2',
		's3 arm64 1/2',
		's4 arm64 2/2',
	]);
	t.deepEqual(labels(['FROM a'], armV6, armV7), ['s1 arm/v6 1/1', 's2 arm/v7 1/1']);
	t.deepEqual(labels(['FROM a'], amd64, darwin), ['s1 linux/amd64 1/1', 's2 darwin/amd64 1/1']);
	t.deepEqual(
		labels(['FROM a'], {...amd64, os: 'windows', 'os.version': '1'}, {...amd64, os: 'windows', 'os.version': '2'}),
		['s1 windows(1)/amd64 1/1', 's2 windows(2)/amd64 1/1'],
	);
});

test('a stage on the platform of the build is one for all, with what is FROM it', t => {
	const lines = [
		'FROM --platform=$BUILDPLATFORM go AS tools',
		'RUN x',
		'FROM tools AS more',
		'RUN y',
		'FROM a',
		'COPY --from=more /y /',
	];
	const [one, two] = joined(lines, amd64, arm64);

	t.is(one.stages[0], two?.stages[0]);
	t.is(one.stages[1], two?.stages[1]);
	t.not(one.stages[2], two?.stages[2]);
	t.deepEqual(labels(lines, amd64, arm64), [
		...['s1 tools 1/2', 's2 tools 2/2', 's3 more 1/2', 's4 more 2/2'],
		...['s5 amd64 stage2 1/2', 's6 amd64 stage2 2/2', 's7 arm64 stage2 1/2', 's8 arm64 stage2 2/2'],
	]);
});

test('a stage that knows what it builds for is one for each platform, and so is what is FROM it', t => {
	const lines = [
		'FROM --platform=$BUILDPLATFORM go AS tools',
		'ARG TARGETARCH',
		'RUN x',
		'FROM tools AS more',
		'RUN y',
	];

	t.is(stagesOf(joined(lines, amd64, arm64)).length, 4);
});

test('a stage that is the same for some platforms is labelled with these', t => {
	const lines = ['FROM --platform=$BUILDPLATFORM go', 'ARG TARGETOS', 'RUN x'];

	t.deepEqual(labels(lines, amd64, arm64, darwin), [
		...['s1 linux/amd64,linux/arm64 1/3', 's2 linux/amd64,linux/arm64 2/3', 's3 linux/amd64,linux/arm64 3/3'],
		...['s4 darwin/amd64 1/3', 's5 darwin/amd64 2/3', 's6 darwin/amd64 3/3'],
	]);
});

test('joined plans are frozen, as plans are', t => {
	const [one] = joined(['FROM a'], amd64, arm64);

	t.throws(() => Object.assign(one.stages[0]?.steps[0] ?? {}, {label: 'x'}), {instanceOf: TypeError});
});
