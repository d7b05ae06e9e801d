import test from 'ava';
import {python} from '../../../lib/attest/readers/python.ts';
import {packages, paths} from './readers.ts';

const metadata = (...lines: readonly string[]) =>
	packages(
		python,
		['Metadata-Version: 2.1', 'Name: PyYAML_ext', 'Version: 6.0', ...lines, '', 'License: of the text'].join('\n'),
	);

test('a package of Python has a normalized name in its package URL, and its author', t => {
	t.deepEqual(metadata('Author: Kirill Simonov', 'License: MIT'), [
		{
			name: 'PyYAML_ext',
			version: '6.0',
			purl: 'pkg:pypi/pyyaml-ext@6.0',
			licences: ['MIT'],
			supplier: 'Kirill Simonov',
		},
	]);
});

test('the licence of a package of Python is its expression, else its name, else how it is classified', t => {
	const classifier = 'Classifier: License :: OSI Approved :: MIT License';
	const text = ['License: Permission is hereby granted', '        to everybody'];
	const licences = (...lines: readonly string[]) => metadata(...lines)[0]?.licences;

	t.deepEqual(licences('License-Expression: MIT OR 0BSD', 'License: x', classifier), ['MIT OR 0BSD']);
	t.deepEqual(licences(...text, classifier, 'Classifier: License :: Public Domain'), ['MIT License', 'Public Domain']);
	t.deepEqual(licences('License: UNKNOWN'), []);
});

test('of Python, METADATA of wheels and what eggs have are read', t => {
	const there = [
		'usr/lib/python3/dist-packages/six-1.16.0.egg-info',
		'usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO',
		'app/.venv/lib/python3.12/site-packages/six-1.17.0.dist-info/METADATA',
	];
	t.deepEqual(paths(python, [...there, 'app/six-1.17.0.dist-info/RECORD', 'src/PKG-INFO']), there);
});
