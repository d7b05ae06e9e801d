import test from 'ava';
import {canonicalName, familiarName, parseReference} from '../../lib/oci/reference.ts';

const digest = `sha256:${'a1'.repeat(32)}`;

const names: readonly (readonly [written: string, canonical: string, familiar: string])[] = [
	['alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
	['redis:7.2-alpine', 'docker.io/library/redis:7.2-alpine', 'redis:7.2-alpine'],
	['grafana/loki', 'docker.io/grafana/loki:latest', 'grafana/loki:latest'],
	['library/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
	['library/alpine/edge', 'docker.io/library/alpine/edge:latest', 'library/alpine/edge:latest'],
	['docker.io/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
	['index.docker.io/library/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
	['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
	['localhost:5000/app:1', 'localhost:5000/app:1', 'localhost:5000/app:1'],
	['127.0.0.1:5000/a/b', '127.0.0.1:5000/a/b:latest', '127.0.0.1:5000/a/b:latest'],
	['[::1]:5000/app', '[::1]:5000/app:latest', '[::1]:5000/app:latest'],
	['registry.example.com/team/app', 'registry.example.com/team/app:latest', 'registry.example.com/team/app:latest'],
	['Example/app', 'Example/app:latest', 'Example/app:latest'],
	['host/app', 'docker.io/host/app:latest', 'host/app:latest'],
	['a__b/c--d.e_f', 'docker.io/a__b/c--d.e_f:latest', 'a__b/c--d.e_f:latest'],
	[`alpine@${digest}`, `docker.io/library/alpine@${digest}`, `alpine@${digest}`],
	[`alpine:3@${digest}`, `docker.io/library/alpine:3@${digest}`, `alpine:3@${digest}`],
];

for (const [written, canonical, familiar] of names) {
	test(`${written} is ${canonical}, and ${familiar} to people`, t => {
		const reference = parseReference(written);

		t.is(reference && canonicalName(reference), canonical);
		t.is(reference && familiarName(reference), familiar);
		t.deepEqual(parseReference(canonical), reference, 'the full name means the same');
		t.deepEqual(parseReference(familiar), reference, 'so does the familiar one');
	});
}

const broken = [
	'',
	'Alpine',
	'alpine:',
	'alpine:-x',
	`alpine:${'x'.repeat(129)}`,
	'alpine@',
	'alpine@sha256:12',
	`alpine@${digest}@${digest}`,
	`alpine@sha512:${'a'.repeat(128)}`,
	'a/../b',
	'a//b',
	'/a',
	'a/',
	'a..b',
	'a___b',
	'a_',
	'-a',
	'über',
	'a b',
	'https://example.com/app',
	'example.com:port/app',
	'-example.com/app',
	'$BASE',
	'f'.repeat(64),
	`a/${'b'.repeat(255)}`,
];

for (const text of broken) {
	test(`${JSON.stringify(text.slice(0, 40))} is no reference`, t => {
		t.is(parseReference(text), undefined);
	});
}

test('the longest tag and repository are taken', t => {
	t.is(parseReference(`a/${'b'.repeat(253)}:${'x'.repeat(128)}`)?.repository.length, 255);
});
