import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import type {Ended, Place, RunOptions} from './place.ts';
import {fixtureRegistry} from './registry.ts';

/** The command as npm installed it (`STRATA_CLI`), or as `scripts/build` made it here. */
export const cli = process.env.STRATA_CLI ?? resolve('dist/strata.cjs');

const fixtures = fixtureRegistry();

/** Ends the registry if this process started it. To be called from `test.after.always`. */
export async function stopFixtures(): Promise<void> {
	await (await fixtures).stop();
}

/** `strata COMMAND …` at a place. */
export function strata(place: Place, args: readonly string[], options?: RunOptions): Promise<Ended> {
	return place.run([cli, ...args], options);
}

/** `strata build --progress plain … CONTEXT`, with the names of the usual bases standing for the fixtures of them. */
export async function build(
	place: Place,
	context: string,
	{flags = [], node, ...options}: BuildOptions = {},
): Promise<Ended> {
	const command = ['build', '--progress', 'plain', ...(await bases()), ...flags, context];
	return place.run([...(node === undefined ? [] : [node]), cli, ...command], options);
}

interface BuildOptions extends RunOptions {
	readonly flags?: readonly string[];
	/** What runs the command. Default: the Node in PATH. */
	readonly node?: string;
}

async function bases(): Promise<readonly string[]> {
	const {host} = await fixtures;
	const names = ['busybox', 'alpine', 'debian:bookworm', 'debian:bookworm-slim'];
	return names.flatMap(name => ['--build-context', `${name}=docker-image://${host}/${name}`]);
}

/** `127.0.0.1:PORT` of the registry of base images. */
export async function fixtureHost(): Promise<string> {
	return (await fixtures).host;
}

/** What an OCI layout holds under a name: https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export function readImage(layout: string, name: string): StoredImage {
	const index = readJson<{manifests: readonly Descriptor[]}>(join(layout, 'index.json'));
	const descriptor = index.manifests.find(
		({annotations}) => annotations?.['org.opencontainers.image.ref.name'] === name,
	);
	if (!descriptor) throw new Error(`${layout} has no image ${name}: ${JSON.stringify(index)}`);
	const manifest = readJson<Manifest>(blobPath(layout, descriptor.digest));
	return {digest: descriptor.digest, manifest, config: readJson<Config>(blobPath(layout, manifest.config.digest))};
}

export function blobPath(layout: string, digest: string): string {
	return join(layout, 'blobs', ...digest.split(':'));
}

function readJson<T>(path: string): T {
	return JSON.parse(readFileSync(path, 'utf8')) as T;
}

export interface StoredImage {
	readonly digest: string;
	readonly manifest: Manifest;
	readonly config: Config;
}

interface Descriptor {
	readonly mediaType: string;
	readonly digest: string;
	readonly size: number;
	readonly annotations?: Readonly<Record<string, string>>;
}

interface Manifest {
	readonly config: Descriptor;
	readonly layers: readonly Descriptor[];
}

interface Config {
	readonly architecture: string;
	readonly os: string;
	readonly created?: string;
	readonly config: Readonly<Record<string, unknown>>;
	readonly rootfs: {readonly diff_ids: readonly string[]};
	readonly history: readonly {readonly created_by?: string; readonly empty_layer?: boolean}[];
}
