import {type Bytes, inOnePiece} from '../bytes.ts';
import type {BlobSource} from '../oci/blobs.ts';
import type {Digest} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {cacheManifest, type Document} from './format.ts';
import type {CacheSink} from './place.ts';

/** A blob, and how to read it where it has to be sent. */
export interface Cargo {
	readonly descriptor: Descriptor;
	readonly open: () => Bytes;
}

/** What was put. */
export interface Loaded {
	readonly blobs: number;
	/** How many of the blobs were there already. */
	readonly present: number;
	/** Bytes of all blobs. */
	readonly size: number;
}

/** Puts cargo behind the caller's back, a few pieces at a time, until one fails. */
export interface Loading {
	put(cargo: () => Promise<Cargo | undefined>): void;
	/** Waits for all that was put; rejects with the first error. */
	settled(): Promise<Loaded>;
	/** Puts a config, and ends with the manifest that names it and all else that was put. */
	finish(config: Document): Promise<Loaded>;
	/** Ends what is under way. */
	stop(): Promise<void>;
}

/** Bytes at hand. */
export function cargoOf({descriptor, bytes}: Document): Cargo {
	return {descriptor, open: () => inOnePiece(bytes)};
}

/** Blobs on their way to one place at the same time. */
const atOnce = 3;

export function loading(sink: CacheSink, outer: AbortSignal): Loading {
	const stopping = new AbortController();
	const signal = AbortSignal.any([outer, stopping.signal]);
	const queue: (() => Promise<Cargo | undefined>)[] = [];
	const known = new Map<Digest, Cargo>();
	const from = sourceOf(known);
	const counts = {blobs: 0, present: 0, size: 0};
	const hands = new Set<Promise<void>>();
	let failure: {readonly error: unknown} | undefined;

	const take = async (cargo: Cargo) => {
		const {descriptor} = cargo;
		if (known.has(descriptor.digest)) return;
		known.set(descriptor.digest, cargo);
		counts.blobs += 1;
		counts.size += descriptor.size;
		if ((await sink.take(descriptor, from, signal)) === 'present') counts.present += 1;
	};
	const work = async () => {
		for (let next = queue.shift(); next && !failure; next = queue.shift()) {
			signal.throwIfAborted();
			const cargo = await next();
			if (cargo) await take(cargo);
		}
	};
	const ended = async () => {
		while (hands.size > 0) await Promise.all(hands);
	};
	const settled = async () => {
		await ended();
		if (failure) throw failure.error;
		return counts;
	};
	return {
		put(cargo) {
			queue.push(cargo);
			if (hands.size >= atOnce) return;
			const hand = work()
				.catch(error => {
					failure ??= {error};
				})
				.finally(() => hands.delete(hand));
			hands.add(hand);
		},
		settled,
		async finish(config) {
			await settled();
			const blobs = [...known.values()].map(({descriptor}) => descriptor);
			await take(cargoOf(config));
			const root = cargoOf(cacheManifest(config.descriptor, blobs));
			known.set(root.descriptor.digest, root);
			await sink.takeRoot(root.descriptor, from, signal);
			return counts;
		},
		async stop() {
			stopping.abort();
			await ended();
		},
	};
}

function sourceOf(known: ReadonlyMap<Digest, Cargo>): BlobSource {
	return {
		has: digest => known.has(digest),
		open({digest}) {
			const cargo = known.get(digest);
			if (!cargo) throw new Error(`The cache has no blob ${digest}`);
			return cargo.open();
		},
	};
}
