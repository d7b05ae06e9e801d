import test from 'ava';
import fc from 'fast-check';
import {resolvePath} from '../../lib/tree/resolve.ts';
import {sampleTree} from './sample.ts';

const tree = sampleTree({
	bin: '→ usr/bin',
	'usr/': {},
	'usr/bin/': {},
	'usr/bin/sh': '→ ./dash',
	'usr/lib': '→ /lib',
	lib: '→ ../../../usr/share',
	loop: '→ pool',
	pool: '→ /loop',
	self: '→ self/x',
	up: '→ ..',
	dangling: '→ nope/there',
	root: '→ /',
});

for (const [path, expected] of [
	['', ''],
	['/', ''],
	['/usr//bin/.', 'usr/bin'],
	['bin/sh', 'usr/bin/dash'],
	['usr/lib/x', 'usr/share/x'],
	['../../bin/../lib', 'usr/share'],
	['bin/../x', 'usr/x'],
	['dangling', 'nope/there'],
	['dangling/..', 'nope'],
	['nope/../bin', 'usr/bin'],
	['up/up/x', 'x'],
	['root/root/bin', 'usr/bin'],
] as const) {
	test(`${JSON.stringify(path)} lies at ${JSON.stringify(expected)}`, t => {
		t.is(resolvePath(tree, path), expected);
	});
}

test('a last link can be kept', t => {
	t.is(resolvePath(tree, 'bin', 'keep'), 'bin');
	t.is(resolvePath(tree, 'bin/sh/', 'keep'), 'usr/bin/sh');
	t.is(resolvePath(tree, 'bin/sh/x', 'keep'), 'usr/bin/dash/x');
});

for (const path of ['loop', 'pool/x', 'self']) {
	test(`${path} is a circle of links`, t => {
		t.deepEqual(resolvePath(tree, path), {error: `${path} is a circle of links`});
	});
}

const target = fc.array(fc.constantFrom('..', '.', 'a', 'b', 'c', ''), {maxLength: 5}).map(names => names.join('/'));

test('no path leads out of the root or ends in a link, however links point (W-27)', t => {
	fc.assert(
		fc.property(target, target, target, (one, other, path) => {
			const links = sampleTree({a: `→ ${one}`, 'b/': {}, 'b/c': `→ /${other}`});
			const resolved = resolvePath(links, path);
			if (typeof resolved !== 'string') return;
			t.false(`/${resolved}/`.includes('/../') || resolved.startsWith('/'));
			t.not(links.stat(resolved)?.type, 'symlink');
		}),
	);
});
