import test from 'ava';
import {Unreadable} from '../../../lib/attest/package.ts';
import {npm} from '../../../lib/attest/readers/npm.ts';
import {packages, paths} from './readers.ts';

test('a package of npm has its scope, licence and author, in whichever form they are written', t => {
	const manifest = {name: '@babel/core', version: '7.26.0', license: 'MIT', author: {name: 'The Babel Team'}};
	const old = {name: 'old', version: '0.1.0', licenses: [{type: 'MIT', url: 'x'}, {type: 'BSD'}], author: 'A <a@b.c>'};

	t.deepEqual(packages(npm, JSON.stringify(manifest)), [
		{
			name: '@babel/core',
			version: '7.26.0',
			purl: 'pkg:npm/%40babel/core@7.26.0',
			licences: ['MIT'],
			supplier: 'The Babel Team',
		},
	]);
	t.deepEqual(packages(npm, JSON.stringify(old)), [
		{name: 'old', version: '0.1.0', purl: 'pkg:npm/old@0.1.0', licences: ['MIT', 'BSD'], supplier: 'A <a@b.c>'},
	]);
});

test('a package.json without a name or a version is that of no package', t => {
	t.deepEqual(packages(npm, '{"name": "app"}'), []);
	t.deepEqual(packages(npm, '{"type": "module"}'), []);
});

test('a package.json that is none cannot be read', t => {
	for (const text of ['{', 'null', ''])
		t.throws(() => packages(npm, text), {instanceOf: Unreadable, message: 'is no JSON'});
});

test('only what lies directly in node_modules is a package, with its scope or without', t => {
	const there = [
		'app/node_modules/ora/package.json',
		'node_modules/@babel/core/package.json',
		'app/node_modules/.pnpm/ora@9.4.1/node_modules/ora/package.json',
		'usr/lib/node_modules/npm/node_modules/ini/package.json',
	];
	const other = [
		'app/package.json',
		'app/node_modules/ora/dist/package.json',
		'app/node_modules/.package-lock.json',
		'app/node_modules/.cache/package.json',
		'app/node_modules/@babel/package.json',
	];
	t.deepEqual(paths(npm, [...there, ...other]), there);
});
