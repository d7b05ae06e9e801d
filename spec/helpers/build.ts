import {chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {type Build, type BuildResult, build} from '../../lib/build/build.ts';
import type {BuildEvent} from '../../lib/build/events.ts';
import type {BuildOptions, VirtualFile} from '../../lib/build/options.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import type {Descriptor, ImageConfig, Layer, Manifest} from '../../lib/oci/image.ts';
import type {Toc} from '../../lib/tree/toc.ts';
import {faultsOf} from './events.ts';
import {folderFor} from './folder.ts';
import {without} from './programs.ts';
import {type TreeValue, treeOfToc} from './tree-value.ts';

/** Why RUN cannot be tried here; undefined if it can. */
export const withoutRun = without('setpriv', 'unshare') ?? (without('crun') && without('runc'));

/** What a build told, and how it ended. */
export interface Told {
	readonly events: readonly BuildEvent[];
	readonly result?: BuildResult;
	readonly error?: Error;
}

/** A build with a result, and what lies in its store now. */
export interface Built extends Told {
	readonly result: BuildResult;
	readonly manifest: Manifest;
	readonly config: ImageConfig;
	/** `COPY a /: done`, one for each step, in the order of the Dockerfile. */
	readonly rows: readonly string[];
	/** The layers as values, times left out. */
	readonly trees: readonly TreeValue[];
}

/** Asks for builds in one store. */
export interface Workshop {
	readonly root: string;
	/** A build that has to succeed. */
	build(order: Order): Promise<Built>;
	/** A build, however it ends. */
	tell(order: Order): Promise<Told>;
	/** A build under way. */
	start(order: Order): Build;
	/** What is in ROOT/tmp. */
	leftovers(): readonly string[];
}

/** What a spec says of a build: the lines of its Dockerfile, and whatever else is not usual. */
export interface Order extends Partial<BuildOptions> {
	readonly lines?: readonly string[];
	readonly files?: Readonly<Record<string, VirtualFile>>;
}

/** A store of its own, in a folder that goes with the test. Every event of its builds is held against UX.md 2.10. */
export async function workshop(t: ExecutionContext): Promise<Workshop> {
	return workshopAt(t, join(await folderFor(t), 'store'));
}

export function workshopAt(t: ExecutionContext, root: string): Workshop {
	const start = ({lines, files, ...options}: Order) =>
		build({
			root,
			context: {files: files ?? {}},
			...(lines ? {dockerfile: {text: `${lines.join('\n')}\n`}} : {}),
			...options,
		});
	const tell = async (order: Order) => {
		const told = await read(start(order));
		t.deepEqual(faultsOf(told.events), []);
		return told;
	};
	return {
		root,
		start,
		tell,
		async build(order) {
			const {events, result, error} = await tell(order);
			if (!result) throw error;
			const {manifest, config} = storedImage(root, result.descriptor);
			return {
				...{events, result, manifest, config, rows: rowsOf(events)},
				// a layer that comes from elsewhere as it is has no TOC
				get trees() {
					return treesOf(root, result.layers);
				},
			};
		},
		leftovers: () => readdirSync(join(root, 'tmp')),
	};
}

/** Reads a build to its end. */
export async function read(running: Build): Promise<Told> {
	const events: BuildEvent[] = [];
	try {
		for await (const event of running) events.push(event);
		return {events, result: await running};
	} catch (error) {
		return {events, error: error as Error};
	}
}

export function rowsOf(events: readonly BuildEvent[]): readonly string[] {
	const results = new Map(
		events.flatMap(event => (event.type === 'step.finished' ? [[event.step, event.result]] : [])),
	);
	const steps = events.flatMap(event => (event.type === 'plan' ? event.steps : []));
	return steps.map(({id, text}) => `${text}: ${results.get(id)}`);
}

/** The events of one type. */
export function ofType<Type extends BuildEvent['type']>(events: readonly BuildEvent[], type: Type) {
	return events.filter((event): event is Extract<BuildEvent, {readonly type: Type}> => event.type === type);
}

/** What the RUNs of a build printed. */
export function outputOf(events: readonly BuildEvent[]): string {
	return ofType(events, 'step.output')
		.map(({text, base64}) => text ?? `<${base64}>`)
		.join('');
}

/** Manifest and config of an image that a store has. */
export function storedImage(root: string, {digest}: Descriptor): {manifest: Manifest; config: ImageConfig} {
	const manifest = readBlob<Manifest>(root, digest);
	return {manifest, config: readBlob<ImageConfig>(root, manifest.config.digest)};
}

/** The TOC of each layer, as the store keeps it. */
export function tocsOf(root: string, layers: readonly Layer[]): readonly Toc[] {
	return layers.map(({diffID}) => JSON.parse(readFileSync(join(root, 'tocs', `${hexOf(diffID)}.json`), 'utf8')) as Toc);
}

function treesOf(root: string, layers: readonly Layer[]): readonly TreeValue[] {
	return tocsOf(root, layers).map(treeOfToc);
}

function readBlob<T>(root: string, digest: Descriptor['digest']): T {
	return JSON.parse(readFileSync(join(root, 'blobs/sha256', hexOf(digest)), 'utf8')) as T;
}

let rootfs: string | undefined;

/** A folder that is a tiny base: `FROM busybox` with `contexts: {busybox: busyboxFolder()}`. Made once, gone with the process. */
export function busyboxFolder(): string {
	if (rootfs !== undefined) return rootfs;
	const folder = mkdtempSync(join(tmpdir(), 'strata-busybox-'));
	process.once('exit', () => rmSync(folder, {recursive: true, force: true}));
	for (const path of ['bin', 'etc', 'tmp']) mkdirSync(join(folder, path));
	chmodSync(join(folder, 'tmp'), 0o1777);
	copyFileSync('/bin/busybox', join(folder, 'bin/busybox'));
	for (const applet of applets) symlinkSync('busybox', join(folder, 'bin', applet));
	rootfs = folder;
	return folder;
}

const applets = [
	...[
		'sh',
		'cat',
		'chmod',
		'date',
		'dd',
		'echo',
		'head',
		'hostname',
		'id',
		'kill',
		'ls',
		'mkdir',
		'printf',
		'pwd',
		'rm',
	],
	...['sed', 'seq', 'sleep', 'sort', 'stat', 'tail', 'test', 'touch', 'true', 'wc', 'yes'],
];

/** What an order needs for `FROM busybox`. */
export function onBusybox(...lines: readonly string[]): Pick<Order, 'lines' | 'contexts'> {
	return {lines: ['FROM busybox', ...lines], contexts: {busybox: busyboxFolder()}};
}
