import test from 'ava';
import {apk} from '../../../lib/attest/readers/apk.ts';
import {paths} from './readers.ts';

const installed = `C:Q1hyDzeRzDsUiWHTH2tVA1fVPVNZg=
P:musl
V:1.2.5-r9
A:x86_64
S:407278
I:667648
T:the musl c library (libc) implementation
U:https://musl.libc.org/
L:MIT
o:musl
m:Natanael Copa <ncopa@alpinelinux.org>
t:1734007230
c:9f0a3fd0ba8cc2a6b5d2d6c4b2d0a9a9ea6a3d5a
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755

C:Q1abc=
P:ssl_client
V:1.37.0-r12
A:x86_64
L:GPL-2.0-only
o:busybox
F:usr/bin
R:ssl_client

`;

const alpine = {path: 'lib/apk/db/installed', distribution: {id: 'alpine', release: 'alpine-3.21.2'}};

test('packages of apk have their architecture, distribution and origin, licence and maintainer', t => {
	t.deepEqual(apk.read(Buffer.from(installed), alpine), [
		{
			name: 'musl',
			version: '1.2.5-r9',
			purl: 'pkg:apk/alpine/musl@1.2.5-r9?arch=x86_64&distro=alpine-3.21.2',
			licences: ['MIT'],
			supplier: 'Natanael Copa <ncopa@alpinelinux.org>',
		},
		{
			name: 'ssl_client',
			version: '1.37.0-r12',
			purl: 'pkg:apk/alpine/ssl_client@1.37.0-r12?arch=x86_64&distro=alpine-3.21.2&upstream=busybox',
			licences: ['GPL-2.0-only'],
		},
	]);
});

test('the database of apk is read where it is and where it will be', t => {
	const there = ['lib/apk/db/installed', 'usr/lib/apk/db/installed', 'lib/apk/db/scripts.tar'];
	t.deepEqual(paths(apk, there), there.slice(0, 2));
});
