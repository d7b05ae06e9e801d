import test from 'ava';
import fc from 'fast-check';
import type {Holder, Survey} from '../../lib/catalog/survey.ts';
import {chooseSweep, type Rules} from '../../lib/catalog/sweep.ts';
import {totalOf} from '../../lib/catalog/tally.ts';

const now = 1_000_000_000_000;
const paths = Array.from({length: 8}, (_, at) => `/root/blobs/sha256/${at}`);

const holder: fc.Arbitrary<Holder> = fc
	.record({
		what: fc.constantFrom('images', 'bases', 'step cache'),
		lastUsed: fc.integer({min: 0, max: now}),
		files: fc.subarray(paths),
		image: fc.constantFrom('named', 'unnamed', 'failed'),
	})
	.map(({image, ...rest}) => ({...rest, layers: rest.files, ...(rest.what === 'images' ? {image} : {})}));

const survey: fc.Arbitrary<Survey> = fc
	.record({holders: fc.array(holder, {maxLength: 10}), sizes: fc.array(fc.nat(1000), {minLength: 8, maxLength: 8})})
	.map(({holders, sizes}) => ({
		files: new Map(paths.map((path, at) => [path, sizes[at] ?? 0])),
		holders,
		followers: [],
		leftovers: [],
	}));

const rules: fc.Arbitrary<Rules> = fc.record(
	{all: fc.boolean(), until: fc.nat(now), keep: fc.nat(8000), only: fc.subarray(['cache', 'logs'] as const)},
	{requiredKeys: []},
);

test('whatever is asked for, what stays loses no file, and named images stay', t => {
	fc.assert(
		fc.property(survey, rules, (found, asked) => {
			const {holders, files} = chooseSweep(found, asked, now);
			const staying = found.holders.filter(each => !holders.includes(each));

			return (
				staying.every(each => each.files.every(file => !files.has(file))) &&
				holders.every(each => each.image !== 'named')
			);
		}),
	);
	t.pass();
});

test('what is said to be freed is what goes', t => {
	fc.assert(
		fc.property(survey, rules, (found, asked) => {
			const {files, report} = chooseSweep(found, asked, now);
			const sizes = [...files].map(file => found.files.get(file) ?? 0);

			return report.freed === sizes.reduce((sum, size) => sum + size, 0);
		}),
	);
	t.pass();
});

test('--keep stops as soon as no more is used', t => {
	fc.assert(
		fc.property(survey, fc.nat(8000), (found, keep) => {
			const all = chooseSweep(found, {}, now);
			const {holders, report} = chooseSweep(found, {keep}, now);
			const left = totalOf(found) - report.freed;

			return left <= keep || holders.length === all.holders.length;
		}),
	);
	t.pass();
});
