import test from 'ava';
import {imagePackageURL, statement} from '../../lib/attest/statement.ts';
import {digestOf} from '../../lib/oci/digest.ts';

const digest = digestOf('manifest');
const sha256 = digest.slice('sha256:'.length);
const platform = {os: 'linux', architecture: 'arm', variant: 'v7'};

test('a statement is of an image by each of its names, and by its digest', t => {
	const spdx = {predicateType: 'https://spdx.dev/Document', predicate: {SPDXID: 'SPDXRef-DOCUMENT'}};

	t.deepEqual(statement({purls: ['pkg:docker/a@1', 'pkg:docker/b@1'], digest}, spdx), {
		_type: 'https://in-toto.io/Statement/v1',
		subject: [
			{name: 'pkg:docker/a@1', digest: {sha256}},
			{name: 'pkg:docker/b@1', digest: {sha256}},
		],
		...spdx,
	});
	t.like(statement({purls: [], digest}, spdx), {subject: [{name: '_', digest: {sha256}}]});
});

const names = [
	['alpine', 'pkg:docker/alpine@latest?platform=linux%2Farm%2Fv7'],
	['docker.io/library/alpine:3.22', 'pkg:docker/alpine@3.22?platform=linux%2Farm%2Fv7'],
	['localhost:5000/team/app:1.4', 'pkg:docker/localhost:5000/team/app@1.4?platform=linux%2Farm%2Fv7'],
	[`quay.io/a/b/c@${digest}`, `pkg:docker/quay.io/a/b/c?digest=${digest}&platform=linux%2Farm%2Fv7`],
] as const;

for (const [name, purl] of names) {
	test(`the package URL of ${name.slice(0, 30)}`, t => {
		t.is(imagePackageURL(name, platform), purl);
	});
}

test('what is no name has no package URL', t => {
	t.is(imagePackageURL('oci-layout:///srv/Images', platform), undefined);
});
