import {digestOf} from '../../lib/oci/digest.ts';
import {ociManifest} from '../../lib/oci/media-types.ts';
import {lockStoreExclusively} from '../../lib/store/guard.ts';
import {recordLayer} from '../../lib/store/layers.ts';
import {openStore} from '../../lib/store/open.ts';
import type {LayerRecord, Store} from '../../lib/store/store.ts';

/**
 * Another process that uses a store: `store-process.js WHAT ROOT [NAME]`, run by specs. It says `ready` when it has
 * what it wants, and ends when its standard input does.
 */
const [what = '', root = '', name = ''] = process.argv.slice(2);
const rounds = 20;

const deeds: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
	open: async () => stay(),
	/** Holds a lock. */
	async lock(store) {
		await using _ = await store.lock(name);
		await stay();
	},
	/** Puts a blob that never comes to its end. */
	put: store => store.blobs.put({mediaType: 'text/plain', digest: digestOf(name), size: 1e9}, unending()),
	/** Adds a text as a blob, with a umask that would hide it. */
	async add(store) {
		process.umask(0o077);
		store.blobs.add(Buffer.from(name), 'text/plain');
	},
	/** Counts up a record that others count up too. */
	async count(store) {
		const records = store.records<number>('counters');
		for (let round = 0; round < rounds; round++) {
			await using _ = await store.lock('counter');
			records.put('counter', (records.get('counter') ?? 0) + 1);
		}
	},
	/** Names images that only this process names. */
	async tag(store) {
		for (let round = 0; round < rounds; round++) {
			const descriptor = {mediaType: ociManifest, digest: digestOf(`${name} ${round}`), size: 1};
			await store.images.tag(descriptor, `${name}:${round}`);
		}
	},
	/** Adds what it knows to a layer that others know of too. */
	record: store => recordLayer(store, JSON.parse(name) as LayerRecord),
};

async function* unending() {
	yield Buffer.alloc(1 << 20);
	await stay();
}

async function stay(): Promise<void> {
	process.stdout.write('ready\n');
	for await (const _ of process.stdin);
}

if (what === 'prune') {
	await using _ = await lockStoreExclusively(root, {holder: 'strata prune'});
	await stay();
} else {
	await using store = await openStore(root);
	await deeds[what]?.(store);
}
