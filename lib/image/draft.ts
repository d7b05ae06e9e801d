import type {DiffID} from '../oci/digest.ts';
import type {ContainerConfig, History, ImageConfig} from '../oci/image.ts';
import type {Platform} from '../oci/platform.ts';
import type {ConfigChange} from '../plan/plan.ts';
import {applyChange, type Draft, defaultPath} from './container-config.ts';
import {inherited, type Unset} from './unset.ts';

/** An image config while its steps are folded into it; what the layers are is not part of it. */
export interface ImageDraft extends Draft {
	readonly platform: Platform;
	readonly author?: string;
	readonly history: readonly History[];
	/** What else a base's config holds, such as os.version. */
	readonly inherited: Partial<ImageConfig>;
}

/** What `FROM scratch` starts from (SURFACE FRM-7). */
export function scratchDraft(platform: Platform): ImageDraft {
	const container = {Env: [`PATH=${defaultPath}`], WorkingDir: '/'};
	const version = platform['os.version'];
	return {container, ownCmd: false, platform, history: [], inherited: version ? {'os.version': version} : {}};
}

/**
 * What `FROM` a base starts from: its config wholly, but for OnBuild, whose triggers run instead, and Created
 * (SURFACE FRM-8) and what is unset; its history verbatim (HIS-3).
 */
export function baseDraft(base: ImageConfig, unset: Unset = {}): ImageDraft {
	const {config = {}, history = [], rootfs: _, created: __, author, architecture, os, variant, ...others} = base;
	const {OnBuild: ___, ...container} = config;
	return {
		container: {
			...inherited(container, unset),
			Env: withPath(container.Env ?? []),
			WorkingDir: container.WorkingDir || '/',
		},
		ownCmd: false,
		platform: variant ? {os, architecture, variant} : {os, architecture},
		...(author ? {author} : {}),
		history: wholeHistory(history, base.rootfs.diff_ids.length),
		inherited: others,
	};
}

/** The state that a stage hands to one that is FROM it: a CMD there counts as inherited, and OnBuild was run. */
export function inheritDraft(draft: ImageDraft): ImageDraft {
	const {OnBuild: _, ...container} = draft.container;
	return {...draft, container, ownCmd: false};
}

/** The draft after an instruction: its change, and its entry in the history. */
export function foldStep(draft: ImageDraft, change: ConfigChange | undefined, entry: History | undefined): ImageDraft {
	return {
		...draft,
		...(change ? applyChange(draft, change) : {}),
		...(change?.set === 'author' ? {author: change.author} : {}),
		history: entry ? [...draft.history, entry] : draft.history,
	};
}

/** The entry that one of our instructions leaves (SURFACE HIS-1, HIS-2). */
export function historyEntry(createdBy: string, created: string, madeLayer: boolean): History {
	const entry = {created, created_by: createdBy, comment: 'buildkit.dockerfile.v0'};
	return madeLayer ? entry : {...entry, empty_layer: true};
}

/** What a request wants of the config besides what the instructions say. */
export interface ConfigWishes {
	readonly labels?: Readonly<Record<string, string>>;
	/** The config tells nothing of the instructions, nor of the base's. */
	readonly omitHistory?: boolean;
}

/**
 * The finished config (https://github.com/opencontainers/image-spec/blob/main/config.md).
 * `created` is that of the last history entry (SURFACE HIS-6).
 */
export function imageConfig(
	draft: ImageDraft,
	diffIDs: readonly DiffID[],
	{labels = {}, omitHistory = false}: ConfigWishes = {},
): ImageConfig {
	const created = draft.history.at(-1)?.created;
	const {container} = draft;
	return {
		...(created ? {created} : {}),
		...(draft.author ? {author: draft.author} : {}),
		...draft.inherited,
		architecture: draft.platform.architecture,
		os: draft.platform.os,
		...(draft.platform.variant ? {variant: draft.platform.variant} : {}),
		config: omitEmpty(
			Object.keys(labels).length > 0 ? {...container, Labels: {...container.Labels, ...labels}} : container,
		),
		rootfs: {type: 'layers', diff_ids: diffIDs},
		...(omitHistory ? {} : {history: draft.history}),
	};
}

/** What says nothing is not written, as BuildKit and docker leave it out: a CMD that was cleared, a USER that is root. */
function omitEmpty(container: ContainerConfig): ContainerConfig {
	return Object.fromEntries(Object.entries(container).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
	if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
	return value === '' || value === false || value === null || value === undefined;
}

function withPath(env: readonly string[]): readonly string[] {
	return env.some(variable => variable.startsWith('PATH=')) ? env : [...env, `PATH=${defaultPath}`];
}

/** Some tools write layers without a history; consumers count one entry a layer, so the missing ones are filled in. */
function wholeHistory(history: readonly History[], layers: number): readonly History[] {
	const described = history.filter(entry => !entry.empty_layer).length;
	const missing = Array.from({length: Math.max(0, layers - described)}, () => ({created_by: 'unknown'}));
	return [...missing, ...history];
}
