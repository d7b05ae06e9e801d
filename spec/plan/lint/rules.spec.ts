import test from 'ava';
import {rules} from '../../../lib/dockerfile/lint/rules.ts';
import {cases} from './cases.ts';
import {told} from './linting.ts';

for (const [title, ofRule] of Object.entries(cases)) {
	const [rule = '', row] = title.split(' ');
	for (const {claim, lines, asked, finds = []} of ofRule) {
		test(`${rule} ${finds.length > 0 ? 'speaks against' : 'accepts'}: ${claim} (${row})`, t => {
			const found = told(`${lines.join('\n')}\n`, asked).filter(line => line.includes(` ${rule}: `));

			t.deepEqual(
				found.map(line => line.replace(` ${rule}:`, '')),
				finds,
			);
		});
	}
}

test('every rule has cases for it and against it', t => {
	const named = Object.keys(cases).map(title => title.split(' ')[0]);

	t.deepEqual(
		named,
		rules.map(({name}) => name),
	);
	t.deepEqual(
		Object.entries(cases).filter(([, all]) => ![true, false].every(is => all.some(({finds}) => !!finds === is))),
		[],
	);
});

test('only one rule is experimental, and one has no page at Docker', t => {
	t.deepEqual(
		rules.filter(({experimental}) => experimental).map(({name}) => name),
		['InvalidDefinitionDescription'],
	);
	t.deepEqual(
		rules.filter(({url}) => !url).map(({name}) => name),
		['InvalidBaseImagePlatform'],
	);
});
