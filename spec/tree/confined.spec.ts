import test from 'ava';
import fc from 'fast-check';
import {StrataError} from '../../lib/errors.ts';
import {mergeTocs} from '../../lib/tree/merge.ts';
import {parentOf} from '../../lib/tree/paths.ts';
import {placeEntries} from '../../lib/tree/place.ts';
import {selectSources} from '../../lib/tree/select.ts';
import type {Toc} from '../../lib/tree/toc.ts';
import {now, type Sample, sampleDiffID, sampleToc, sampleTree} from './sample.ts';

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, {minLength: 1, maxLength: 3}).map(names => names.join('/'));
const awkward = fc.array(fc.constantFrom('a', 'b', 'c', '..', '.', ''), {maxLength: 4}).map(names => names.join('/'));
const value = fc.oneof(
	fc.constant('f'),
	awkward.map(target => `→ ${target}`),
	awkward.map(target => `→ /${target}`),
);
/** Later paths lose against the files and links they would lie below. */
const sample = fc.dictionary(path, fc.oneof(value, fc.constant('/')), {maxKeys: 7}).map(raw => {
	const isFile = (at: string) => raw[at] !== undefined && raw[at] !== '/';
	const isFine = (at: string) =>
		at.split('/').every((_, depth, all) => depth === 0 || !isFile(all.slice(0, depth).join('/')));
	const kept = Object.entries(raw).filter(([at]) => isFine(at));
	return Object.fromEntries(kept.map(([at, kind]) => (kind === '/' ? [`${at}/`, ''] : [at, kind]))) as Sample;
});

test('an entry is never put through a link, and what is put there is what the tree then has', t => {
	const request = {
		parent: sample,
		source: sample,
		paths: fc.array(awkward, {minLength: 1, maxLength: 2}),
		destination: awkward,
		slash: fc.boolean(),
		parents: fc.boolean(),
	};
	let placed = 0;
	fc.assert(
		fc.property(fc.record(request), ({parent, source, paths, destination, slash, parents}) => {
			const toc = tryPlacing(() =>
				placeEntries(
					selectSources(sampleTree(source), {paths, parents}),
					{destination: `/${destination}${slash ? '/' : ''}`, workdir: '/', now},
					sampleTree(parent),
				),
			);
			if (!toc) return;
			placed++;
			const below = {diffID: sampleDiffID(1), toc: sampleToc(parent)};
			const after = mergeTocs([below, {diffID: sampleDiffID(2), toc}]);
			const before = sampleTree(parent);
			for (const entry of toc) {
				t.false(entry.path.startsWith('/') || entry.path.split('/').includes('..'));
				t.is(after.stat(parentOf(entry.path))?.type, 'directory');
				t.is(after.stat(entry.path)?.type, entry.type === 'hardlink' ? 'file' : entry.type);
				t.false(
					entry.type === 'directory' && before.stat(entry.path)?.type === 'symlink',
					'a directory replaced a link',
				);
			}
			t.deepEqual(
				toc.map(entry => entry.path),
				[...new Set(toc.map(entry => entry.path))].sort(),
				'sorted, each once',
			);
		}),
		{numRuns: 3000},
	);

	t.true(placed > 500, `only ${placed} copies went well`);
});

/** Undefined if the copy is refused, as many of these are. */
function tryPlacing(place: () => Toc): Toc | undefined {
	try {
		return place();
	} catch (error) {
		if (error instanceof StrataError) return undefined;
		throw error;
	}
}
