import {mkdirSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import test from 'ava';
import type {Finding} from '../../lib/catalog/catalog.ts';
import {cgroups} from '../../lib/doctor/cgroups.ts';
import {overlay} from '../../lib/doctor/overlay.ts';
import {registry} from '../../lib/doctor/registry.ts';
import {runtime} from '../../lib/doctor/runtime.ts';
import {summaryOf} from '../../lib/doctor/summary.ts';
import {forbidden} from '../../lib/doctor/user-namespaces.ts';
import {userNamespacesForbidden} from '../../lib/worker/forbidden.ts';
import {folderFor} from '../helpers/folder.ts';

const fine: Finding = {topic: 'overlay', state: 'ok', found: ''};
const slower: Finding = {...fine, state: 'failure'};
const limited: Finding = {topic: 'cgroups', state: 'warning', found: ''};
const missing: Finding = {topic: 'runtime', state: 'failure', found: ''};

const summaries: readonly (readonly [findings: readonly Finding[], line: string])[] = [
	[[fine, limited], 'This machine can build.'],
	[[slower, limited], 'This machine can build. 1 thing makes it slower.'],
	[[slower, missing], 'This machine cannot build a Dockerfile with RUN. 1 thing is missing.'],
];

for (const [findings, line] of summaries) {
	test(`the summary is "${line}"`, t => {
		t.is(summaryOf(findings), line);
	});
}

test('an overlay that is refused says what follows, and the cure (UX section 4)', t => {
	t.deepEqual(overlay('ENODEV'), {
		topic: 'overlay',
		state: 'failure',
		found: 'mount refused: No such device',
		effect: 'RUN will copy file systems instead: slower, more disk',
		cure: 'modprobe overlay  (root, once)',
	});
});

test('the runtime is the first that works; the others are named', t => {
	const crun = {name: 'crun', version: '1.14'};
	const runc = {name: 'runc', version: '1.1.12'};

	t.is(runtime([crun, runc]).found, 'crun 1.14 (also runc 1.1.12)');
	t.is(runtime([{...crun, refusal: 'no'}, runc]).found, 'runc 1.1.12');
	t.like(runtime([{...crun, refusal: 'no'}]), {state: 'failure', found: 'crun 1.14 runs no container: no'});
	t.like(runtime([]), {state: 'failure', cure: 'apt install crun  (root, once)'});
});

test('forbidden user namespaces name the setting and what to type', t => {
	const error = userNamespacesForbidden({reason: 'user.max_user_namespaces is 0', cure: 'sysctl -w x=1'});

	t.like(forbidden(error), {found: 'forbidden: user.max_user_namespaces is 0', cure: 'sysctl -w x=1  (root, once)'});
});

test('cgroups are told by what is mounted', async t => {
	const folder = await folderFor(t);

	t.like(cgroups(join(folder, 'none')), {state: 'warning'});
	t.is(cgroups(folder).found, 'v1: memory limits cannot be set');
	mkdirSync(join(folder, 'unified'));
	t.is(cgroups(folder).found, 'hybrid v1/v2: memory limits cannot be set');
});

test('a registry that answers is fine, whatever it says; one that does not is a warning', async t => {
	const server = createServer((_, response) => response.writeHead(401).end()).listen(0, '127.0.0.1');
	await new Promise(resolve => server.once('listening', resolve));
	const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`);

	const answered = await registry(url);
	await new Promise(resolve => server.close(resolve));
	const silent = await registry(url);

	t.regex(answered.found, /^docker\.io answers in \d+\.\ds$/);
	t.like(silent, {state: 'warning', found: 'docker.io cannot be reached: connection refused'});
});
