import {randomBytes} from 'node:crypto';
import {lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {commonStart, type Section} from '../../lib/layer/common-start.ts';
import type {BlockRecord, KnownBlob} from '../../lib/layer/known-blocks.ts';
import {fileState} from '../../lib/linux/file-state.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import {folderFor} from '../helpers/folder.ts';
import {directory, file, packInto} from '../helpers/layer.ts';

/** Sixty files of 400 kB, a third of them noise, on the disk and in a state that vouches for their digests. */
async function largeContext(t: ExecutionContext): Promise<{folder: string; entries: Entry[]}> {
	const folder = await folderFor(t);
	mkdirSync(join(folder, 'context'));
	const entries = Array.from({length: 60}, (_, index) => {
		const data =
			index % 3 === 0 ? randomBytes(400_000) : Buffer.from(`line ${index}\n`.repeat(50_000)).subarray(0, 400_000);
		return onDisk(folder, `d/${String(index).padStart(2, '0')}`, data);
	});
	return {folder, entries: [directory('d'), ...entries]};
}

function onDisk(folder: string, path: string, data: Buffer): Entry {
	const place = join(folder, 'context', path.replace('/', '-'));
	writeFileSync(place, data);
	utimesSync(place, 1000, 1000);
	const state = fileState(lstatSync(place, {bigint: true}));
	return file(path, data, {digest: digestOf(data), content: {from: 'file', path: place, state}});
}

async function packed(folder: string, entries: readonly Entry[], before?: KnownBlob) {
	const table = join(mkdtempSync(join(folder, 'table-')), 'blocks');
	const layer = await packInto(folder, {entries}, {blocks: {file: table}, before});
	const {blocks, descriptor} = JSON.parse(readFileSync(table, 'utf8')) as BlockRecord;
	return {...layer, blocks, descriptor, known: {blob: layer.blob, blocks}};
}

async function sectionsOf(entries: readonly Entry[], {blocks}: KnownBlob): Promise<readonly Section[]> {
	const sections: Section[] = [];
	for await (const section of commonStart(entries, blocks)) sections.push(section);
	return sections;
}

const withoutContext = (folder: string) => rmSync(join(folder, 'context'), {recursive: true});

test('a layer begins like the one before it up to the file that has changed; none of it is read', async t => {
	const {folder, entries} = await largeContext(t);
	const before = await packed(folder, entries);
	const changed = entries.map((entry, index) => (index === 40 ? file(entry.path, 'other') : entry));
	withoutContext(folder);

	const sections = await sectionsOf(changed, before.known);

	const toc = sections.flatMap(section => section.toc);
	t.true(sections.length >= 3);
	t.true(toc.length > 20 && toc.length <= 40);
	t.deepEqual(toc, before.toc.slice(0, toc.length));
	t.deepEqual(
		sections.flatMap(({blocks}) => blocks),
		before.blocks.slice(0, sections.flatMap(({blocks}) => blocks).length),
	);
});

for (const [what, change] of Object.entries<(entries: Entry[]) => Entry[]>({
	'nothing changed': entries => entries,
	'the last file changed': entries => [...entries.slice(0, -1), file('d/59', 'other')],
	'one in the middle changed': entries => entries.map(entry => (entry.path === 'd/30' ? file('d/30', 'other') : entry)),
	'one in the middle is gone': entries => entries.filter(({path}) => path !== 'd/30'),
	'one in the middle is new': entries => [...entries, file('d/30-a', 'new')],
	'the mode of one changed': entries => entries.map(entry => (entry.path === 'd/30' ? {...entry, mode: 0o600} : entry)),
	'the first changed': entries => entries.map(entry => (entry.path === 'd' ? {...entry, mtime: 5} : entry)),
})) {
	test(`${what}: the layer is the one packed afresh, with the same table`, async t => {
		const {folder, entries} = await largeContext(t);
		const before = await packed(folder, entries);
		const edited = change(entries);

		const after = await packed(folder, edited, before.known);

		const fresh = await packed(folder, edited);
		t.deepEqual(after.layer, fresh.layer);
		t.deepEqual(after.toc, fresh.toc);
		t.deepEqual(readFileSync(after.blob), readFileSync(fresh.blob));
		t.deepEqual(after.blocks, fresh.blocks);
	});
}

test('a change upon a change: what was gone on from can be gone on from', async t => {
	const {folder, entries} = await largeContext(t);
	const first = await packed(folder, entries);
	const edit = (at: number, list: readonly Entry[]) =>
		list.map((entry, index) => (index === at ? file(entry.path, `${at}`) : entry));

	const second = await packed(folder, edit(30, entries), first.known);
	const third = await packed(folder, edit(50, edit(30, entries)), second.known);

	const fresh = await packed(folder, edit(50, edit(30, entries)));
	t.is(third.descriptor.digest, fresh.descriptor.digest);
	t.true((await sectionsOf(edit(50, edit(30, entries)), second.known)).length >= 3);
});

test('only files before the change are done without: one behind it that is gone is told', async t => {
	const {folder, entries} = await largeContext(t);
	const before = await packed(folder, entries);
	const changed = entries.map((entry, index) => (index === 40 ? file(entry.path, 'other') : entry));
	withoutContext(folder);

	await t.throwsAsync(packed(folder, changed, before.known), {code: 'FILE_CHANGED'});
});

test('a file without a state that vouches for it is read, and nothing behind it is taken for known', async t => {
	const {folder, entries} = await largeContext(t);
	const before = await packed(folder, entries);
	const [at, place] = [20, join(folder, 'context', 'd-19')];
	const unsure = entries.map((entry, index) =>
		index === at ? {...entry, content: {from: 'file', path: place} as const} : entry,
	);

	const sections = await sectionsOf(unsure, before.known);

	t.true(sections.flatMap(({toc}) => toc).length <= at);
	t.is((await packed(folder, unsure, before.known)).descriptor.digest, before.descriptor.digest);
});

test('the content of etc/passwd is in the TOC also where its block is taken over', async t => {
	const {folder, entries} = await largeContext(t);
	const passwd = onDisk(folder, 'etc/passwd', Buffer.from('a:x:1:1::/:\n'));
	const all = [...entries, passwd].sort((one, other) => (one.path < other.path ? -1 : 1));
	const late = Array.from({length: 20}, (_, index) => onDisk(folder, `f/${index + 10}`, randomBytes(400_000)));
	const before = await packed(folder, [...all, ...late]);

	const after = await packed(folder, [...all, ...late.slice(0, -1)], before.known);

	t.is(after.toc.find(({path}) => path === 'etc/passwd')?.body, Buffer.from('a:x:1:1::/:\n').toString('base64'));
});

test('a layer whose older blob is damaged, or gone, is packed without it', async t => {
	const {folder, entries} = await largeContext(t);
	const before = await packed(folder, entries);
	const bytes = readFileSync(before.blob);
	bytes.writeUInt8(bytes.readUInt8(3_000_000) ^ 1, 3_000_000);
	writeFileSync(before.blob, bytes);

	t.is((await packed(folder, entries, before.known)).descriptor.digest, before.descriptor.digest);
	rmSync(before.blob);
	t.is((await packed(folder, entries, before.known)).descriptor.digest, before.descriptor.digest);
});
