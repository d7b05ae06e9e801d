import {createReadStream, readFileSync} from 'node:fs';
import test from 'ava';
import {Unreadable} from '../../../lib/attest/package.ts';
import {buildInfoOf, goPackages} from '../../../lib/attest/readers/go.ts';
import {testWith} from '../../helpers/programs.ts';

const mark = Buffer.from('\xff Go buildinf:', 'latin1');

/** A program with build information at a multiple of 16, after `before` bytes. */
function program({before = 4096, head = [8, 2], modules = 'path\tapp\nmod\texample.com/app\tv1.0.0\t\n'} = {}): Buffer {
	const version = Buffer.from('go1.22.3');
	const framed = Buffer.concat([Buffer.alloc(16, 0x30), Buffer.from(modules), Buffer.alloc(16, 0xf9)]);
	const info = Buffer.concat([mark, Buffer.from(head), Buffer.alloc(16), sized(version), sized(framed)]);
	return Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(before - 4), info, Buffer.alloc(999)]);
}

function sized(text: Buffer): Buffer {
	return Buffer.concat([Buffer.of((text.length & 0x7f) | 0x80, text.length >> 7), text]);
}

async function* inPieces(content: Buffer, size: number) {
	for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

const found = {goVersion: 'go1.22.3', modules: 'path\tapp\nmod\texample.com/app\tv1.0.0\t\n'};

test('build information is found wherever the pieces of a program end', async t => {
	for (const size of [1, 7, 15, 16, 17, 4095, 4100, 4130, 100_000]) {
		t.deepEqual(await buildInfoOf(inPieces(program(), size)), found, `pieces of ${size}`);
	}
});

test('the mark alone is no build information: it has its place, and something behind it', async t => {
	const texts = Buffer.concat([
		Buffer.from('\x7fELF'),
		Buffer.alloc(28),
		mark,
		Buffer.from('xx and more of a text'),
		mark,
	]);
	const offPlace = program({before: 4100});

	t.is(await buildInfoOf(inPieces(texts, 4096)), undefined);
	t.is(await buildInfoOf(inPieces(offPlace, 4096)), undefined);
	t.deepEqual(
		await buildInfoOf(inPieces(Buffer.concat([texts, Buffer.alloc(16 - (texts.length % 16)), program()]), 4096)),
		found,
	);
});

test('what is no ELF is not looked at', async t => {
	t.is(await buildInfoOf(inPieces(program().subarray(16), 4096)), undefined);
	t.is(await buildInfoOf(inPieces(Buffer.alloc(0), 4096)), undefined);
});

test('a program of old Go is said not to be read', async t => {
	await t.throwsAsync(buildInfoOf(inPieces(program({head: [8, 0]}), 4096)), {
		instanceOf: Unreadable,
		message: 'is built by Go before 1.18',
	});
});

test('modules that were replaced are what they were replaced by, unless that is a folder', t => {
	const modules = [
		'path\texample.com/app/cmd',
		'mod\texample.com/app\t(devel)\t',
		'dep\tgithub.com/a/b\tv1.0.0',
		'=>\tgithub.com/fork/b\tv1.0.1\th1:x',
		'dep\tgithub.com/c/d/v2\tv2.3.4+incompatible\th1:y',
		'dep\texample.com/local\tv0.1.0',
		'=>\t./local\t(devel)\t',
		'build\tCGO_ENABLED=0',
	];
	const purls = goPackages({goVersion: 'go1.22.3 X:boringcrypto', modules: modules.join('\n')}).map(({purl}) => purl);

	t.deepEqual(purls, [
		'pkg:golang/stdlib@1.22.3',
		'pkg:golang/example.com/app',
		'pkg:golang/github.com/fork/b@v1.0.1',
		'pkg:golang/github.com/c/d/v2@v2.3.4%2Bincompatible',
		'pkg:golang/example.com/local@v0.1.0',
	]);
});

test("the modules of TypeScript's compiler, a program of Go, are those that are written in it", async t => {
	const path = 'node_modules/@typescript/typescript-linux-x64/lib/tsc';
	const written = readFileSync(path, 'latin1').matchAll(/^dep\t([^\t\n]+)\t(v[^\t\n]+)/gm);
	// The program has them in a text of its own, too.
	const expected = [...new Set([...written].map(([, name, version]) => `${name} ${version}`))];

	const info = await buildInfoOf(createReadStream(path));
	const told = goPackages(info ?? {goVersion: '', modules: ''}).map(({name, version}) => `${name} ${version}`);

	t.true(expected.length > 3);
	t.deepEqual(told.slice(2), expected);
	t.regex(told[1] ?? '', /^github\.com\/microsoft\/typescript-go v/);
});

testWith(['skopeo'])('skopeo of Debian, built without modules, is told by its package and its Go', async t => {
	const info = await buildInfoOf(createReadStream('/usr/bin/skopeo'));
	const purls = goPackages(info ?? {goVersion: '', modules: ''}).map(({purl}) => purl);

	t.regex(purls[0] ?? '', /^pkg:golang\/stdlib@1\.\d+/);
	t.deepEqual(purls.slice(1), ['pkg:golang/github.com/containers/skopeo/cmd/skopeo']);
});
