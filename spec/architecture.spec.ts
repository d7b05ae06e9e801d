import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, normalize, relative} from 'node:path';
import test from 'ava';

/** Which folders of lib/ a folder may import, besides itself and the root files. This table is the documentation; see lib/README.md for the reasons. */
const mayImport: Readonly<Record<string, readonly string[] | 'all but cli, build and container'>> = {
	oci: [],
	dockerfile: [],
	linux: [],
	http: [],
	plan: ['dockerfile', 'oci'],
	tree: ['oci'],
	context: ['oci', 'linux', 'http', 'tree'],
	store: ['oci', 'linux'],
	runtime: ['oci', 'linux', 'store'],
	deflate: [],
	layer: ['oci', 'linux', 'tree', 'deflate'],
	registry: ['oci', 'http', 'store'],
	cache: ['oci', 'linux', 'tree', 'layer', 'store', 'registry', 'export'],
	image: ['oci', 'plan'],
	attest: ['oci', 'tree', 'plan'],
	snapshot: ['oci', 'linux', 'store', 'layer', 'tree'],
	worker: ['oci', 'linux', 'layer', 'snapshot', 'runtime', 'store', 'tree'],
	build: [
		'plan',
		'dockerfile',
		'context',
		'tree',
		'layer',
		'store',
		'registry',
		'http',
		'image',
		'attest',
		'snapshot',
		'runtime',
		'worker',
		'export',
		'cache',
		'oci',
	],
	export: ['oci', 'store', 'registry', 'image', 'layer', 'tree'],
	verify: ['oci', 'tree', 'layer', 'store', 'export', 'worker', 'build'],
	import: ['oci', 'store', 'image', 'layer', 'tree', 'plan'],
	container: [
		'oci',
		'plan',
		'dockerfile',
		'tree',
		'layer',
		'store',
		'registry',
		'image',
		'runtime',
		'worker',
		'export',
		'catalog',
	],
	catalog: 'all but cli, build and container',
	doctor: 'all but cli, build and container',
	cli: ['index.ts', 'dockerfile'],
};

/** One owner a package: a package imported in two folders is a missing seam. */
const owners: Readonly<Record<string, string>> = {
	koffi: 'linux',
	'tar-stream': 'layer',
	execa: 'runtime',
	'smol-toml': 'registry',
	ora: 'cli',
	yargs: 'cli',
	'string-width': 'cli',
	'spdx-expression-parse': 'attest',
};

/** Files at the root of lib/ that every folder may import. index.ts is for cli/ and the outside. */
const shared = ['bytes.ts', 'entry-points.ts', 'errors.ts', 'programs.ts', 'turns.ts', 'version.ts'];

const lib = join(process.cwd(), 'lib');
const files = readdirSync(lib, {recursive: true, encoding: 'utf8'})
	.filter(path => path.endsWith('.ts'))
	.map(path => ({path, text: readFileSync(join(lib, path), 'utf8')}));
const folders = [...new Set(files.map(({path}) => folderOf(path)))].filter(folder => !folder.endsWith('.ts'));

for (const folder of folders) {
	test(`lib/${folder} imports only what the table allows`, t => {
		t.true(folder in mayImport, `${folder} is not in the table`);
		t.deepEqual(
			importsFrom(folder)
				.filter(({target}) => !allows(folder, target))
				.map(describe),
			[],
		);
	});
}

test('the shared root files import nothing but each other, and oci', t => {
	const wrong = imports().filter(({path, target}) => shared.includes(path) && ![...shared, 'oci'].includes(target));

	t.deepEqual(wrong.map(describe), []);
});

test('each npm package has one owner', t => {
	const packages = files.flatMap(({path, text}) =>
		specifiers(text)
			.filter(isPackage)
			.map(name => ({path, target: packageName(name)})),
	);
	const wrong = packages.filter(({path, target}) => owners[target] !== folderOf(path));

	t.true(packages.length > 0);
	t.deepEqual(wrong.map(describe), []);
});

test('no module of lib/ stands for another folder, is a drawer, or has a default export', t => {
	const drawers = files.filter(
		({path}) => /(^|\/)(utils?|helpers?|misc|common|index)(\/|\.ts$)/.test(path) && path !== 'index.ts',
	);
	const defaults = files.filter(({text}) =>
		/^export default\b|\bas default\b.*from|export \{[^}]*\bas default\b/m.test(text),
	);

	t.deepEqual(
		drawers.map(({path}) => path),
		[],
	);
	t.deepEqual(
		defaults.map(({path}) => path),
		[],
	);
});

test('a file of lib/ has at most 300 lines', t => {
	const long = files
		.map(({path, text}) => ({path, lines: text.split('\n').length - 1}))
		.filter(({lines}) => lines > 300);

	t.deepEqual(long, []);
});

test('the table has no ring', t => {
	const known = Object.keys(mayImport).filter(folder => Array.isArray(mayImport[folder]));

	t.deepEqual(
		known.filter(folder => reaches(folder, folder)),
		[],
	);
});

test('the reader of imports sees every form, and no other text', t => {
	const text = [
		"import '../a/side.ts';",
		"export type X = 'x' | 'y';",
		"export const from = 'z';",
		"import {a} from './a.ts';",
		"import type {B} from '../b/b.ts';",
		"import './c.ts';",
		"export * from './d.ts';",
		"export type {E} from './e.ts';",
		"import {\n\tf,\n} from './f.ts';",
		"const g = await import('./g.ts');",
		"type H = typeof import('./h.ts');",
		"const i = createRequire(import.meta.url)('i') as I;",
	].join('\n');

	t.deepEqual(specifiers(text), [
		'../a/side.ts',
		'./a.ts',
		'../b/b.ts',
		'./c.ts',
		'./d.ts',
		'./e.ts',
		'./f.ts',
		'./g.ts',
		'./h.ts',
		'i',
	]);
});

interface Import {
	/** File that imports, below lib/. */
	readonly path: string;
	/** Folder or root file of lib/ that it imports from, or package. */
	readonly target: string;
}

function allows(folder: string, target: string): boolean {
	const allowed = mayImport[folder] ?? [];
	if (target === folder || shared.includes(target)) return true;
	return allowed === 'all but cli, build and container'
		? !['cli', 'build', 'container', 'index.ts'].includes(target)
		: allowed.includes(target);
}

function reaches(from: string, to: string, seen = new Set<string>()): boolean {
	const next = mayImport[from] ?? [];
	if (typeof next === 'string' || seen.has(from)) return false;
	seen.add(from);
	return next.some(folder => folder === to || reaches(folder, to, seen));
}

function importsFrom(folder: string): readonly Import[] {
	return imports().filter(({path}) => folderOf(path) === folder);
}

function imports(): readonly Import[] {
	return files.flatMap(({path, text}) =>
		specifiers(text)
			.filter(name => name.startsWith('.'))
			.map(name => ({path, target: folderOf(normalize(join(dirname(path), name)))})),
	);
}

/** The names of the modules that a text imports, re-exports or requires, types included. */
function specifiers(text: string): readonly string[] {
	const names = String.raw`(?:type\s+)?(?:[\w*$]+(?:\s+as\s+\w+)?\s*,?\s*)?(?:\{[^}]*\}\s*)?from\s+`;
	const forms = new RegExp(
		String.raw`(?:^import\s+(?:${names})?|^export\s+${names}|\bimport\(\s*|\bcreateRequire\(import\.meta\.url\)\()'([^']+)'`,
		'gm',
	);
	return [...text.matchAll(forms)].map(([, name = '']) => name);
}

function isPackage(name: string): boolean {
	return !name.startsWith('.') && !name.startsWith('node:');
}

function packageName(name: string): string {
	return name
		.split('/')
		.slice(0, name.startsWith('@') ? 2 : 1)
		.join('/');
}

/** `oci` for `oci/digest.ts`, and the file itself at the root. */
function folderOf(path: string): string {
	return relative('.', path).split('/')[0] ?? path;
}

function describe({path, target}: Import): string {
	return `${path} → ${target}`;
}
