import {createHash} from 'node:crypto';
import {openLayer} from '../layer/decompress.ts';
import {Malformed} from '../layer/errors.ts';
import {diffIDFromHex} from '../oci/digest.ts';
import type {ContainerConfig, History, ImageConfig} from '../oci/image.ts';
import type {ArchiveFiles} from './archive-files.ts';
import {imageOf, type KnownLayer} from './docker-archive.ts';
import type {FoundImage} from './loading.ts';

/** What docker before 1.10 says of one of its layers, in ID/json (https://github.com/moby/moby/blob/master/image/spec/v1.md). */
interface OldLayer {
	readonly id: string;
	readonly parent?: string;
	readonly created?: string;
	readonly author?: string;
	readonly comment?: string;
	readonly architecture?: string;
	readonly os?: string;
	readonly config?: ContainerConfig;
	readonly container_config?: {readonly Cmd?: readonly string[] | null};
}

/**
 * The images of an archive as docker before 1.10 saved them: `repositories` names layers, each of which has a folder with its
 * config and a parent. They get a config of today, with the diffIDs of what is there.
 */
export async function oldDockerImages(files: ArchiveFiles, known: KnownLayer): Promise<readonly FoundImage[]> {
	const images: FoundImage[] = [];
	for (const [id, names] of namesById(files.read('repositories'))) {
		const chain = chainOf(id, files);
		const layers = chain.map(layer => `${layer.id}/layer.tar`);
		const config = Buffer.from(JSON.stringify(await configOf(chain, layers, files)));
		images.push({...(await imageOf({config, layers}, files, known)), names});
	}
	return images;
}

function namesById(bytes: Buffer): ReadonlyMap<string, readonly string[]> {
	const names = new Map<string, string[]>();
	for (const [name, tags] of Object.entries(parsed<Record<string, Record<string, string>>>(bytes, 'repositories'))) {
		for (const [tag, id] of Object.entries(tags)) names.set(id, [...(names.get(id) ?? []), `${name}:${tag}`]);
	}
	return names;
}

/** The layers below and with `top`, the lowest first. */
function chainOf(top: string, files: ArchiveFiles): readonly OldLayer[] {
	const chain: OldLayer[] = [];
	for (let id: string | undefined = top; id; ) {
		if (!/^[0-9a-f]{64}$/.test(id)) throw new Malformed(`${JSON.stringify(id)} is no id of a layer`);
		if (chain.some(layer => layer.id === id)) throw new Malformed(`its layer ${id} is its own parent`);
		const layer: OldLayer = {...parsed<OldLayer>(files.read(`${id}/json`), `${id}/json`), id};
		chain.unshift(layer);
		id = layer.parent;
	}
	return chain;
}

async function configOf(
	chain: readonly OldLayer[],
	layers: readonly string[],
	files: ArchiveFiles,
): Promise<ImageConfig> {
	const {created, author, config, architecture = 'amd64', os = 'linux'} = chain.at(-1) ?? {};
	const diffIDs = [];
	for (const layer of layers) diffIDs.push(await diffIDOf(layer, files));
	return {
		...(created ? {created} : {}),
		...(author ? {author} : {}),
		architecture,
		os,
		config: config ?? {},
		rootfs: {type: 'layers', diff_ids: diffIDs},
		history: chain.map(historyOf),
	};
}

async function diffIDOf(path: string, files: ArchiveFiles) {
	const file = files.find(path);
	if (!file) throw new Malformed(`it has no layer ${path}`);
	const hash = createHash('sha256');
	for await (const chunk of openLayer(file.path)) hash.update(chunk);
	return diffIDFromHex(hash.digest('hex'));
}

function historyOf({created, author, comment, container_config: made}: OldLayer): History {
	return {
		...(created ? {created} : {}),
		...(author ? {author} : {}),
		created_by: made?.Cmd?.join(' ') ?? '',
		...(comment ? {comment} : {}),
	};
}

function parsed<T extends object>(bytes: Buffer, name: string): T {
	try {
		const value: unknown = JSON.parse(bytes.toString('utf8'));
		if (typeof value === 'object' && value !== null) return value as T;
	} catch {
		// Told below.
	}
	throw new Malformed(`its ${name} is not what docker writes`);
}
