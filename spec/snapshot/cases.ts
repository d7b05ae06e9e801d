import {chmodSync, existsSync, lstatSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {answerCases, type Bench, type Case, filesOf, layerOf, reboot} from './session.ts';

const base = layerOf('a=1 b=1 d/ d/x=1');
const above = layerOf('a=2 !b d/y=2');
const stack = [base, above];

/** What conformance.ts asserts, done inside a user namespace. Each answers with plain data. */
const cases: Readonly<Record<string, Case>> = {
	async stacks(bench) {
		return withActive(bench, stack, async ({rootfs}) => filesOf(rootfs));
	},
	async scratch(bench) {
		return withActive(bench, [], async ({rootfs}) => filesOf(rootfs));
	},
	async inherits(bench) {
		return withActive(bench, [layerOf('d/x=1 d/'), layerOf('d/y=2')], async ({rootfs}) => {
			const {mode, mtimeMs} = lstatSync(join(rootfs, 'd'));
			return {mode: mode & 0o7777, mtimeMs};
		});
	},
	async twice({snapshotter, unpacked}) {
		const [one, other] = await Promise.all([snapshotter.prepare(stack), snapshotter.prepare(stack)]);
		const third = await snapshotter.prepare(stack);
		return {isSame: [one, other].every(({folders}) => folders.join() === third.folders.join()), unpacked};
	},
	async prefix({snapshotter, unpacked}) {
		await snapshotter.prepare([base]);
		await snapshotter.prepare(stack);
		return unpacked;
	},
	async broken(bench) {
		const {snapshotter, store} = bench;
		bench.breakOnce(above.descriptor.mediaType);
		const error = await snapshotter.prepare(stack).catch((reason: Error) => reason.message);
		const files = await withActive(bench, stack, async ({rootfs}) => filesOf(rootfs));
		return {error, files, locks: readdirSync(join(store.root, 'locks'))};
	},
	async reboots({snapshotter, store, unpacked}) {
		const before = await snapshotter.prepare([base]);
		reboot(store);
		const after = await snapshotter.prepare([base]);
		return {isSame: before.folders.join() === after.folders.join(), times: unpacked.length};
	},
	async commits(bench) {
		const {snapshotter} = bench;
		const parent = await snapshotter.prepare(stack);
		const child = await withActive(bench, stack, async active => {
			writeFileSync(join(active.rootfs, 'c'), '3');
			rmSync(join(active.rootfs, 'a'));
			chmodSync(join(active.rootfs, 'd'), 0o700);
			using frozen = await active.commit();
			return {snapshot: frozen.snapshot, changes: changesOf(frozen.changes)};
		});
		const show = async (snapshot: typeof parent) => {
			await using active = await snapshotter.activate(snapshot, {folder: bench.folder(), stubs: []});
			return filesOf(active.rootfs);
		};
		return {changes: child.changes, child: await show(child.snapshot), parent: await show(parent)};
	},
	async looks(bench) {
		return withActive(bench, stack, async active => {
			const seen: string[][] = [];
			const look = () => {
				using changed = active.changes();
				seen.push(changesOf(changed.changes));
			};
			look();
			writeFileSync(join(active.rootfs, 'c'), '3');
			look();
			rmSync(join(active.rootfs, 'a'));
			look();
			using frozen = await active.commit();
			return {seen, committed: changesOf(frozen.changes)};
		});
	},
	async discards(bench) {
		const folder = bench.folder();
		const parent = await bench.snapshotter.prepare(stack);
		{
			await using active = await bench.snapshotter.activate(parent, {folder, stubs: []});
			writeFileSync(join(active.rootfs, 'c'), '3');
		}
		return {isThere: existsSync(folder), files: await withActive(bench, stack, async ({rootfs}) => filesOf(rootfs))};
	},
	async remembers({snapshotter, unpacked}) {
		const {chainsOf} = await import('../../lib/snapshot/places.ts');
		const snapshot = await snapshotter.prepare([base]);
		const chain = chainsOf(stack).at(-1);
		if (chain) snapshotter.remember(chain, snapshot);
		const found = await snapshotter.prepare(stack);
		return {isSame: found.folders.at(-1) === snapshot.folders.at(-1), unpacked};
	},
	async deep(bench) {
		const layers = Array.from({length: 300}, (_, index) => layerOf(`f${index}=${index}`));
		return withActive(bench, layers, async ({rootfs}) => Object.keys(filesOf(rootfs)).length);
	},
	async tooDeep({snapshotter, unpacked}) {
		const layers = Array.from({length: 500}, (_, index) => layerOf(`f${index}=${index}`));
		const error = await snapshotter.prepare(layers).catch((reason: Error) => reason.message);
		return {error, unpacked};
	},
};

type Active = Awaited<ReturnType<Bench['snapshotter']['activate']>>;

async function withActive<T>(bench: Bench, layers: typeof stack, use: (active: Active) => Promise<T>): Promise<T> {
	const snapshot = await bench.snapshotter.prepare(layers);
	await using active = await bench.snapshotter.activate(snapshot, {folder: bench.folder(), stubs: []});
	return await use(active);
}

/** Paths of an upper folder, removals with `!`, directories with a slash. */
function changesOf(folder: string): string[] {
	return readdirSync(folder, {recursive: true, withFileTypes: true})
		.map(entry => {
			const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
			return entry.isCharacterDevice() ? `!${path}` : entry.isDirectory() ? `${path}/` : path;
		})
		.sort();
}

answerCases(cases);
