import {findImage} from '../catalog/find.ts';
import {askedPlatform, readOne} from '../catalog/inspect.ts';
import {MachineError, UsageError} from '../errors.ts';
import type {Descriptor, ImageConfig, Layer} from '../oci/image.ts';
import {formatPlatform, hostPlatform, type Platform} from '../oci/platform.ts';
import {fetchLayers, layersOf} from '../registry/layers.ts';
import {resolveBase} from '../registry/pull.ts';
import type {Store} from '../store/store.ts';
import {type Emulator, emulatorFor, foreignPrograms} from '../worker/emulators.ts';

/** An image to start from, with all its layers in the store. */
export interface StartImage {
	readonly manifest: Descriptor;
	readonly config: ImageConfig;
	readonly layers: readonly Layer[];
	/** What runs its programs, if this machine does not. */
	readonly emulator: Emulator | 'none';
}

export interface StartOptions {
	/** `os/arch[/variant]` */
	readonly platform?: string;
	readonly pull: boolean;
	readonly signal: AbortSignal;
	/** Something has to be fetched. */
	readonly onFetch: () => void;
}

/**
 * The image of the store that `name` means, by name, id or digest; else what it stands for as a FROM. Rejects with a MachineError if
 * nothing here runs its programs.
 */
export async function startImage(name: string, store: Store, options: StartOptions): Promise<StartImage> {
	const platform = options.platform === undefined ? undefined : askedPlatform(options.platform);
	const stored = options.pull ? undefined : await storedImage(name, store, options);
	return stored ?? pulledImage(name, platform ?? hostPlatform(), {...options, store});
}

async function storedImage(
	name: string,
	store: Store,
	{platform}: Pick<StartOptions, 'platform'>,
): Promise<StartImage | undefined> {
	try {
		const wanted = platform === undefined ? {} : {platform};
		const {descriptor, manifest, config} = await readOne(await findImage(name, store), wanted, store);
		const emulator = emulatorOf(config);
		return {manifest: descriptor, config, layers: layersOf({manifest, config, reference: name}), emulator};
	} catch (error) {
		if (error instanceof UsageError && elsewhere.has(error.code)) return undefined;
		throw error;
	}
}

/** Codes of what the store has not, and a registry may have. */
const elsewhere: ReadonlySet<string> = new Set(['IMAGE_UNKNOWN', 'PLATFORM_MISSING']);

async function pulledImage(
	name: string,
	platform: Platform,
	{store, pull, signal, onFetch}: StartOptions & {readonly store: Store},
): Promise<StartImage> {
	const base = await resolveBase(name, platform, {store, pull, signal});
	const emulator = emulatorOf(base.config);
	const layers = await fetchLayers(base, {
		store,
		signal,
		onTransfer: ({state, current}) => state === 'active' && current === 0 && onFetch(),
	});
	return {manifest: base.descriptor, config: base.config, layers, emulator};
}

function emulatorOf(platform: ImageConfig): Emulator | 'none' {
	const emulator = emulatorFor(platform);
	if (emulator) return emulator;
	throw new MachineError('FOREIGN_PLATFORM', foreignPrograms(platform), {
		help: [
			`its image for this machine, if it has one: --platform ${formatPlatform(hostPlatform())}`,
			'or let it be emulated: apt install qemu-user-static',
		],
	});
}
