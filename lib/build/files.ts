import {createHash} from 'node:crypto';
import {type DiffID, type Digest, digestFromHex} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import type {Snapshot} from '../snapshot/snapshot.ts';

/** A layer and what is in it, whenever it was made: for a base's the diffID, for ours the digest of its TOC without mtimes. */
export interface StackedLayer extends Layer {
	readonly content: Digest | DiffID;
}

/** A value that is being worked out, and can be asked for without waiting. */
export interface Settling<T> {
	readonly promise: Promise<T>;
	/** undefined until it is settled. */
	known(): T | undefined;
}

/** The files that a step starts from. */
export interface Files {
	/** The lowest first; the last ones may still be packed. */
	readonly layers: readonly Settling<StackedLayer>[];
	/** The identity of the file system: a chain over contents without mtimes, so that equal results have equal successors. */
	readonly fsid: Settling<Digest>;
	/** Where they lie at rest, if a RUN of this build left them. */
	readonly snapshot?: Snapshot;
}

/** No files at all. */
export const noFiles: Files = {layers: [], fsid: settled(chain(undefined, 'scratch'))};

/** The files of a base: its layers are as good as their diffIDs. */
export function baseFiles(layers: readonly Layer[]): Files {
	return layers.reduce<Files>((below, layer) => addLayer(below, settled({...layer, content: layer.diffID})), noFiles);
}

/** The files with one more layer on top. */
export function addLayer(below: Files, layer: Settling<StackedLayer>, snapshot?: Snapshot): Files {
	const parent = below.fsid.known();
	const content = layer.known()?.content;
	const fsid =
		parent !== undefined && content !== undefined
			? settled(chain(parent, content))
			: settling(Promise.all([below.fsid.promise, layer.promise]).then(([id, top]) => chain(id, top.content)));
	return {layers: [...below.layers, layer], fsid, ...(snapshot ? {snapshot} : {})};
}

/** All layers, once they are packed. */
export function allLayers(files: Files): Promise<StackedLayer[]> {
	return Promise.all(files.layers.map(layer => layer.promise));
}

export function settled<T>(value: T): Settling<T> {
	return {promise: Promise.resolve(value), known: () => value};
}

/** Follows a promise. That it is rejected must be handled by whoever made it. */
export function settling<T>(promise: Promise<T>): Settling<T> {
	let value: T | undefined;
	promise.then(
		result => {
			value = result;
		},
		() => {},
	);
	return {promise, known: () => value};
}

function chain(parent: Digest | undefined, content: Digest | DiffID | 'scratch'): Digest {
	return digestFromHex(
		createHash('sha256')
			.update(`${parent ?? ''} ${content}`)
			.digest('hex'),
	);
}
