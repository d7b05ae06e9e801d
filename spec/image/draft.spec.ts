import test from 'ava';
import {baseDraft, foldStep, historyEntry, imageConfig, inheritDraft, scratchDraft} from '../../lib/image/draft.ts';
import type {DiffID} from '../../lib/oci/digest.ts';
import type {ImageConfig} from '../../lib/oci/image.ts';
import type {ConfigChange} from '../../lib/plan/plan.ts';

const linux = {os: 'linux', architecture: 'amd64'};
const diffID = `sha256:${'a'.repeat(64)}` as DiffID;
const base: ImageConfig = {
	created: '2020-01-01T00:00:00Z',
	...linux,
	config: {Cmd: ['sh'], Env: ['A=1', 'PATH=/bin'], OnBuild: ['RUN x'], Labels: {a: 'b'}},
	rootfs: {type: 'layers', diff_ids: [diffID]},
	history: [{created: '2020-01-01T00:00:00Z', created_by: 'ADD x /'}],
};

function change(draft: ReturnType<typeof scratchDraft>, ...changes: ConfigChange[]) {
	return changes.reduce((state, next) => foldStep(state, next, undefined), draft);
}

test('an image from scratch is of the version of the system that is built for (FRM-7)', t => {
	const config = imageConfig(scratchDraft({os: 'windows', architecture: 'amd64', 'os.version': '10.0'}), []);

	t.is(config['os.version'], '10.0');
});

test('FROM scratch has a PATH and the root as directory (FRM-7)', t => {
	const {config} = imageConfig(scratchDraft(linux), []);

	t.deepEqual(config, {Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], WorkingDir: '/'});
});

test('a base without a working directory has the root, and so is it written (WD-2)', t => {
	t.is(imageConfig(baseDraft({...base, config: {}}), [diffID]).config?.WorkingDir, '/');
	t.is(imageConfig(baseDraft({...base, config: {WorkingDir: ''}}), [diffID]).config?.WorkingDir, '/');
});

test('a base hands on all but its triggers, and its history verbatim (FRM-8, HIS-3)', t => {
	const {config, history, created} = imageConfig(baseDraft(base), [diffID]);

	t.deepEqual(config, {Cmd: ['sh'], Env: ['A=1', 'PATH=/bin'], Labels: {a: 'b'}, WorkingDir: '/'});
	t.deepEqual(history, base.history);
	t.is(created, '2020-01-01T00:00:00Z');
});

test('ENV replaces a value in its place (ENV-1)', t => {
	const draft = change(baseDraft(base), {
		set: 'env',
		values: [
			['A', '2'],
			['B', '3'],
		],
	});

	t.deepEqual(draft.container.Env, ['A=2', 'PATH=/bin', 'B=3']);
});

test('ENTRYPOINT clears the CMD of the base (ENT-1)', t => {
	const draft = change(baseDraft(base), {set: 'entrypoint', argv: ['/app'], shellForm: false});

	t.false('Cmd' in draft.container);
	t.deepEqual(draft.container.Entrypoint, ['/app']);
});

test('ENTRYPOINT keeps a CMD of its own stage (ENT-1)', t => {
	const draft = change(
		baseDraft(base),
		{set: 'cmd', argv: ['-v'], shellForm: false},
		{set: 'entrypoint', argv: ['/app'], shellForm: false},
	);

	t.deepEqual(draft.container.Cmd, ['-v']);
});

test('a CMD counts as inherited in the stage that is FROM its stage (ENT-1)', t => {
	const first = change(baseDraft(base), {set: 'cmd', argv: ['-v'], shellForm: false});

	const second = change(inheritDraft(first), {set: 'entrypoint', argv: ['/app'], shellForm: false});

	t.false('Cmd' in second.container);
});

test('HEALTHCHECK, ONBUILD and SHELL are kept in the config (CFG-1, W-25)', t => {
	const draft = change(
		scratchDraft(linux),
		{set: 'healthcheck', healthcheck: {Test: ['NONE']}},
		{set: 'onbuild', trigger: 'RUN a'},
		{set: 'onbuild', trigger: 'RUN b'},
		{set: 'shell', argv: ['/bin/bash', '-c']},
	);

	t.like(draft.container, {Healthcheck: {Test: ['NONE']}, OnBuild: ['RUN a', 'RUN b'], Shell: ['/bin/bash', '-c']});
});

test('ports and volumes are added to those of the base', t => {
	const draft = change(
		scratchDraft(linux),
		{set: 'ports', ports: ['80/tcp']},
		{set: 'ports', ports: ['53/udp']},
		{set: 'volumes', paths: ['/data']},
	);

	t.deepEqual(draft.container.ExposedPorts, {'80/tcp': {}, '53/udp': {}});
	t.deepEqual(draft.container.Volumes, {'/data': {}});
});

test('an entry without a layer is marked, the last one dates the image (HIS-2, HIS-6, W-24)', t => {
	const made = foldStep(
		scratchDraft(linux),
		undefined,
		historyEntry('RUN x # buildkit', '2026-01-01T00:00:00.000Z', true),
	);
	const done = foldStep(made, {set: 'user', user: 'app'}, historyEntry('USER app', '2026-01-02T00:00:00.000Z', false));

	const {history, created} = imageConfig(done, [diffID]);

	t.deepEqual(
		history?.map(entry => entry.empty_layer),
		[undefined, true],
	);
	t.is(created, '2026-01-02T00:00:00.000Z');
});

test('labels of the command line come last', t => {
	const draft = change(baseDraft(base), {
		set: 'labels',
		values: [
			['a', 'c'],
			['d', 'e'],
		],
	});

	t.deepEqual(imageConfig(draft, [], {labels: {a: 'z'}}).config?.Labels, {a: 'z', d: 'e'});
});

test('a base without a history gets one entry a layer', t => {
	const {history: _, ...bare} = base;

	t.deepEqual(baseDraft(bare).history, [{created_by: 'unknown'}]);
});

test('MAINTAINER is the author (MTN-1)', t => {
	t.is(imageConfig(change(scratchDraft(linux), {set: 'author', author: 'me'}), []).author, 'me');
});

test('what says nothing is not written: a cleared CMD, a USER that is root again (CMD-1, CFG-1)', t => {
	const draft = change(
		baseDraft(base),
		{set: 'cmd', argv: ['a'], shellForm: false},
		{set: 'cmd', argv: [], shellForm: false},
		{set: 'user', user: 'app'},
		{set: 'user', user: ''},
	);

	const {config = {}} = imageConfig(draft, []);

	t.false('Cmd' in config || 'User' in config);
	t.true(config.ArgsEscaped);
});
