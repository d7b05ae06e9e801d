import {rmSync} from 'node:fs';
import {basename} from 'node:path';
import type {Bytes} from '../bytes.ts';
import {download, withoutLogin} from '../context/download.ts';
import {UsageError} from '../errors.ts';
import {importFiles} from '../import/root-files.ts';
import type {Digest} from '../oci/digest.ts';
import {hostPlatform, type Platform, parsePlatform} from '../oci/platform.ts';
import {badEpoch, epochSeconds} from '../plan/epoch.ts';
import type {Store} from '../store/store.ts';
import type {CatalogOptions} from './catalog.ts';
import {imageNameOf} from './image-name.ts';
import {withFile} from './load.ts';
import {withStore} from './open.ts';

export interface ImportOptions extends CatalogOptions {
	/** Absent: the image is kept unnamed. */
	readonly name?: string;
	/** Instructions as a Dockerfile has them, that change the config: `CMD ["redis-server"]`. */
	readonly changes?: readonly string[];
	/** For the history; default: where it came from. */
	readonly message?: string;
	/** `os/arch[/variant]`; default: this machine's. */
	readonly platform?: string;
	readonly signal?: AbortSignal;
}

/** An image that was made of files. */
export interface ImportedImage {
	readonly id: Digest;
	readonly digest: Digest;
	readonly names: readonly string[];
}

/** Makes an image of a tar of files: of a file, a URL of http or https, or its content. */
export async function importImage(source: string | Bytes, options: ImportOptions = {}): Promise<ImportedImage> {
	const tag = options.name === undefined ? undefined : imageNameOf(options.name, 'strata import root.tar team/root:1');
	const platform = checkedPlatform(options.platform);
	const created = now();
	return withStore(options, store =>
		withSource(source, {store, signal: options.signal}, async (path, name) => {
			const {changes = [], message = `Imported from ${publicName(name)}`} = options;
			const image = {platform, changes, message, source: publicName(name), created};
			const {id, ...descriptor} = await importFiles({path, name}, image, store, options.signal);
			await store.images.tag(descriptor, tag);
			return {id, digest: descriptor.digest, names: tag === undefined ? [] : [tag]};
		}),
	);
}

/** What the image says of its source to whoever gets it: no folders of this machine, and no query, which may hold a token. */
function publicName(source: string): string {
	if (!isUrl(source)) return basename(source);
	const {origin, pathname} = new URL(source);
	return `${origin}${pathname}`;
}

function isUrl(source: string): boolean {
	return /^https?:\/\//.test(source);
}

async function withSource<T>(
	source: string | Bytes,
	{store, signal}: {readonly store: Store; readonly signal: AbortSignal | undefined},
	use: (path: string, name: string) => Promise<T>,
): Promise<T> {
	if (typeof source !== 'string' || !isUrl(source))
		return withFile(source, {store, stdin: 'strata import -', signal}, use);
	const url = new URL(source);
	const into = store.temporary();
	try {
		await download(url, {into, ...(signal ? {signal} : {})});
		return await use(into, withoutLogin(url).href);
	} finally {
		rmSync(into, {force: true});
	}
}

/** SOURCE_DATE_EPOCH, where there is one. Throws a UsageError if it is no time. */
function now(): string {
	const given = process.env.SOURCE_DATE_EPOCH;
	if (!given) return new Date().toISOString();
	const seconds = epochSeconds(given);
	if (seconds === undefined) throw badEpoch(given);
	return new Date(seconds * 1000).toISOString();
}

function checkedPlatform(text: string | undefined): Platform {
	const platform = text === undefined ? hostPlatform() : parsePlatform(text);
	if (platform) return platform;
	throw new UsageError('PLATFORM_UNKNOWN', `${text || 'an empty text'} is no platform`, {
		help: ['such as: --platform linux/arm64'],
	});
}
