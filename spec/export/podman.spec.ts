import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {podmanWay} from '../../lib/export/podman.ts';
import {openStore} from '../../lib/store/open.ts';

/** A podman of this version that counts how often it is asked, and a store at `root` below a new folder. */
async function machine(version: string | undefined, root: string) {
	const folder = mkdtempSync(join(tmpdir(), 'strata-podman-'));
	const bin = join(folder, 'bin');
	const asked = join(folder, 'asked');
	mkdirSync(bin);
	writeFileSync(asked, '');
	if (version !== undefined) {
		writeFileSync(join(bin, 'podman'), `#!/bin/sh\necho x >> ${asked}\necho podman version ${version}\n`);
		chmodSync(join(bin, 'podman'), 0o755);
	}
	const store = await openStore(join(folder, root));
	return {
		way: () => podmanWay(store, bin),
		timesAsked: () => readFileSync(asked, 'utf8').length / 2,
		async [Symbol.asyncDispose]() {
			await store[Symbol.asyncDispose]();
			rmSync(folder, {recursive: true});
		},
	};
}

for (const [version, way] of [
	['4.3.1', 'load'],
	['4.6.2', 'load'],
	['4.7.0', 'layout'],
	['5.0.0', 'layout'],
] as const) {
	test(`podman ${version} takes an image of a folder that cannot be a name by ${way}`, async t => {
		await using here = await machine(version, '.local/share/strata');

		t.is(await here.way(), way);
	});
}

test('podman is asked for its version once', async t => {
	await using here = await machine('4.3.1', '.local/share/strata');

	await here.way();
	await here.way();

	t.is(here.timesAsked(), 1);
});

test('without podman there is no way', async t => {
	await using here = await machine(undefined, '.local/share/strata');

	t.is(await here.way(), undefined);
});
