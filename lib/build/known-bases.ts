import type {ContainerConfig, ImageConfig} from '../oci/image.ts';
import type {Platform} from '../oci/platform.ts';
import {baseKey} from '../plan/base.ts';
import type {MissingBase} from '../plan/request.ts';
import {knownImages, named} from './base-hints.ts';
import {type BaseImages, baseImages} from './bases.ts';
import type {PlanSources} from './planning.ts';
import type {Request} from './request.ts';

/** The images that FROMs stand for, and what is known of them by `baseKey`: it grows with every fetch. */
export interface KnownBases {
	readonly images: BaseImages;
	readonly configs: ReadonlyMap<string, ContainerConfig>;
	/** Of images with files: one without runs everywhere. */
	readonly platforms: ReadonlyMap<string, Platform>;
	/** Fetches manifests and configs, no layers. */
	fetch(missing: readonly MissingBase[]): Promise<void>;
}

export function knownBases(request: Request, sources: PlanSources): KnownBases {
	const images = baseImages(request, sources);
	const configs = new Map<string, ContainerConfig>();
	const platforms = new Map<string, Platform>();
	const fetchOne = async ({base, location}: MissingBase) => {
		const {config} = await named(images.resolve(base), {
			name: 'name' in base ? base.name : '',
			location,
			candidates: knownImages(sources.store),
		});
		configs.set(baseKey(base), config.config ?? {});
		if (hasFiles(config)) platforms.set(baseKey(base), config);
	};
	return {
		images,
		configs,
		platforms,
		fetch: async missing => void (await Promise.all(missing.map(fetchOne))),
	};
}

function hasFiles({rootfs, history = []}: ImageConfig): boolean {
	return rootfs.diff_ids.length > 0 || history.some(entry => !entry.empty_layer);
}
