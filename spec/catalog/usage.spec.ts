import test from 'ava';
import type {Holder, Survey} from '../../lib/catalog/survey.ts';
import {usageOf} from '../../lib/catalog/usage.ts';

const now = Date.parse('2026-01-02T00:00:00Z');
const blob = (name: string) => `/root/blobs/sha256/${name}`;

function surveyOf(holders: readonly Holder[], sizes: Readonly<Record<string, number>>): Survey {
	const files = new Map(Object.entries(sizes).map(([name, size]) => [blob(name), size]));
	return {files, holders, followers: [], leftovers: []};
}

test('what is shared is in each row, and once in the total', t => {
	const holders: Holder[] = [
		{what: 'images', lastUsed: 1, image: 'named', files: [blob('base'), blob('layer')]},
		{what: 'bases', lastUsed: 2, files: [blob('base')], layers: [blob('base')]},
		{what: 'step cache', lastUsed: 3, files: [blob('layer')], layers: [blob('layer')]},
		{what: 'step cache', lastUsed: 4, files: [blob('spare')], layers: [blob('spare')]},
	];

	const rows = usageOf(surveyOf(holders, {base: 100, layer: 20, spare: 3}), now);

	t.deepEqual(rows, [
		{what: 'images', count: 1, size: 120},
		{what: 'bases', count: 1, size: 100, lastUsed: 2},
		{what: 'step cache', count: 2, size: 23, reclaimable: 3, lastUsed: 4},
		{what: 'snapshots', count: 0, size: 0},
		{what: 'logs', count: 0, size: 0},
		{what: 'total', size: 123, reclaimable: 3},
	]);
});

test('two names of one image are one image', t => {
	const names: Holder[] = [1, 2].map(lastUsed => ({
		what: 'images',
		lastUsed,
		image: 'named',
		files: [blob('manifest')],
	}));

	t.like(usageOf(surveyOf(names, {manifest: 5}), now)[0], {count: 1, size: 5});
});

test('folders of snapshots and logs count whole, and can go', t => {
	const holders: Holder[] = [
		{what: 'snapshots', lastUsed: 5, files: [], folder: {path: '/root/snapshots/a', size: 640}},
		{what: 'logs', lastUsed: 6, files: [], folder: {path: '/root/logs/b', size: 14}},
	];

	const rows = usageOf(surveyOf(holders, {}), now).slice(3);

	t.deepEqual(rows, [
		{what: 'snapshots', count: 1, size: 640, reclaimable: 640, lastUsed: 5},
		{what: 'logs', count: 1, size: 14, reclaimable: 14},
		{what: 'total', size: 654, reclaimable: 654},
	]);
});

test('caches of RUN --mount have a row if there are any (RUN-3)', t => {
	const holders: Holder[] = [
		{what: 'cache mounts', lastUsed: 8, files: [], folder: {path: '/root/caches/a', size: 30}},
		{what: 'cache mounts', lastUsed: 7, files: [], folder: {path: '/root/caches/b', size: 4}},
	];

	const rows = usageOf(surveyOf(holders, {}), now);

	t.deepEqual(rows[4], {what: 'cache mounts', count: 2, size: 34, reclaimable: 34, lastUsed: 8});
	t.like(rows.at(-1), {what: 'total', size: 34, reclaimable: 34});
});

test('what nothing holds is counted to the step cache', t => {
	const rows = usageOf({...surveyOf([], {stray: 7}), leftovers: [{path: '/root/tmp/1-a', size: 5}]}, now);

	t.like(rows[2], {what: 'step cache', count: 0, size: 12, reclaimable: 12});
});
