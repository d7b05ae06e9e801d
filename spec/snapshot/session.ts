import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {mknod} from '../../lib/linux/mknod.ts';
import {type DiffID, digestOf} from '../../lib/oci/digest.ts';
import type {Layer} from '../../lib/oci/image.ts';
import {copySnapshotter} from '../../lib/snapshot/copy.ts';
import {overlaySnapshotter} from '../../lib/snapshot/overlay.ts';
import {type Place, placesKind} from '../../lib/snapshot/places.ts';
import type {Snapshotter} from '../../lib/snapshot/snapshot.ts';
import type {ApplyLayer} from '../../lib/snapshot/unpack.ts';
import {openStore} from '../../lib/store/open.ts';
import type {Store} from '../../lib/store/store.ts';

/** What a case is done with, inside a user namespace: mounts, and a working directory to change, are there only. */
export interface Bench {
	readonly snapshotter: Snapshotter;
	readonly store: Store;
	/** Which layers were unpacked, in order. */
	readonly unpacked: readonly string[];
	/** Makes the next unpacking of a layer fail half way. */
	breakOnce(name: string): void;
	folder(): string;
}

/** A layer by what it does: `a=text` a file, `!a` a removal, blanks between. Its parents are only implied, but for `d/` itself. */
export function layerOf(deeds: string): Layer {
	const digest = digestOf(deeds);
	return {descriptor: {mediaType: deeds, digest, size: 0}, diffID: digest as string as DiffID};
}

export type Case = (bench: Bench) => Promise<unknown>;

/** Runs one case for each message, and answers with what it found. */
export function answerCases(cases: Readonly<Record<string, Case>>): void {
	process.on('disconnect', () => process.exit());
	process.on('message', async ({kind, name}: {kind: Snapshotter['kind']; name: string}) => {
		process.send?.(await answer(kind, cases[name]));
	});
}

/** What a case found. Who hears of it may end this process at once, so all is tidied up by then. */
async function answer(kind: Snapshotter['kind'], perform: Case | undefined): Promise<object> {
	const root = mkdtempSync(join(tmpdir(), 'strata-snapshots-'));
	try {
		await using store = await openStore(join(root, 'store'));
		return {found: await perform?.(bench(kind, store))};
	} catch (error) {
		return {error};
	} finally {
		rmSync(root, {recursive: true, force: true});
	}
}

function bench(kind: Snapshotter['kind'], store: Store): Bench {
	const unpacked: string[] = [];
	const broken = new Set<string>();
	const apply: ApplyLayer = async ({descriptor: {mediaType: deeds}}, folder, whiteouts) => {
		unpacked.push(deeds);
		const implicit = deeds.split(' ').flatMap(deed => perform(deed, folder, whiteouts));
		await new Promise(resolve => setTimeout(resolve, 20));
		if (broken.delete(deeds)) throw new Error('broken on purpose');
		return {implicit};
	};
	const scratch = store.temporary();
	mkdirSync(scratch);
	const make = kind === 'overlay' ? overlaySnapshotter : copySnapshotter;
	let count = 0;
	return {
		snapshotter: make({store, scratch, apply}),
		store,
		unpacked,
		breakOnce: name => broken.add(name),
		folder: () => join(scratch, `active-${count++}`),
	};
}

function perform(deed: string, folder: string, whiteouts: 'overlay' | 'remove'): string[] {
	const [name = '', text] = deed.replace('!', '').split('=');
	const path = join(folder, name);
	if (deed.endsWith('/')) {
		mkdirSync(path, {recursive: true});
		chmodSync(path, 0o711);
		utimesSync(path, 1_000, 2_000);
		return [];
	}
	const parent = dirname(name);
	const implied = parent !== '.' && !readdirSync(folder).includes(parent) ? [parent] : [];
	mkdirSync(dirname(path), {recursive: true});
	if (text !== undefined) writeFileSync(path, text);
	else if (whiteouts === 'remove') rmSync(path, {recursive: true, force: true});
	else mknod(path, {type: 'char', mode: 0});
	return implied;
}

/** The files below a root filesystem, with what they hold. */
export function filesOf(rootfs: string): Record<string, string> {
	const paths = readdirSync(rootfs, {recursive: true, encoding: 'utf8'}).sort();
	const files = paths.filter(path => statSync(join(rootfs, path)).isFile());
	return Object.fromEntries(files.map(path => [path, readFileSync(join(rootfs, path), 'utf8')]));
}

/** Makes the store as after a new start of the machine. */
export function reboot(store: Store): void {
	const places = store.records<Place>(placesKind);
	for (const key of places.keys()) {
		const place = places.get(key);
		if (place) places.put(key, {...place, boot: 'another'});
	}
}
