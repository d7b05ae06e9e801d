import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, normalize} from 'node:path';
import test from 'ava';

/** The files of lib/ that are loaded with `path`, whatever is done: types and what is imported on demand are not. */
function loadedWith(path: string, found = new Set<string>()): ReadonlySet<string> {
	if (found.has(path)) return found;
	found.add(path);
	const imports = readFileSync(path, 'utf8').matchAll(/^(?:import|export)(?! type)\b(?:[^;]*? from)? '(\.[^']+)';$/gm);
	for (const [, target = ''] of imports) loadedWith(normalize(join(dirname(path), target)), found);
	return found;
}

const attest = readdirSync('lib/attest', {recursive: true, encoding: 'utf8'})
	.filter(name => name.endsWith('.ts'))
	.map(name => join('lib/attest', name));

test('nothing that makes attestations is loaded with the library, so that builds without them are not slower', t => {
	const loaded = loadedWith('lib/index.ts');

	t.true(loaded.has('lib/build/perform.ts'), 'the reader of imports sees what is loaded');
	t.deepEqual(
		attest.filter(file => loaded.has(file)),
		[],
	);
});

test('it is loaded where attestations are made', t => {
	const loaded = loadedWith('lib/build/attest-images.ts');

	for (const file of ['lib/attest/inventory.ts', 'lib/attest/provenance.ts']) t.true(loaded.has(file), file);
});
