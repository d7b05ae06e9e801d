import {resolve} from 'node:path';
import test from 'ava';
import {defaultRoot} from '../../lib/store/root.ts';

const roots: readonly (readonly [env: Record<string, string>, root: string])[] = [
	[{}, '/home/dev/.local/share/strata'],
	[{XDG_DATA_HOME: '/data'}, '/data/strata'],
	[{XDG_DATA_HOME: 'data'}, '/home/dev/.local/share/strata'],
	[{XDG_DATA_HOME: ''}, '/home/dev/.local/share/strata'],
	[{XDG_DATA_HOME: '/data', STRATA_ROOT: '/store'}, '/store'],
	[{STRATA_ROOT: ''}, '/home/dev/.local/share/strata'],
	[{STRATA_ROOT: 'store'}, resolve('store')],
];

for (const [env, root] of roots) {
	test(`with ${JSON.stringify(env)} the store is ${root}`, t => {
		t.is(defaultRoot(env, '/home/dev'), root);
	});
}
