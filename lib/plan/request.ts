import type {Location} from '../errors.ts';
import type {ContainerConfig} from '../oci/image.ts';
import type {Platform} from '../oci/platform.ts';
import type {Base, BuildPlan} from './plan.ts';

/** What is asked for besides the Dockerfile. */
export interface PlanRequest {
	/** Name or index of a stage; absent: the last. */
	readonly target?: string;
	readonly buildArgs: Readonly<Record<string, string>>;
	/** Variables that each stage begins with, besides those of its base. */
	readonly env?: Readonly<Record<string, string>>;
	/** In place of what the first FROM names. */
	readonly from?: string;
	/** What the image is for. */
	readonly platform: Platform;
	/** Where it is built. */
	readonly buildPlatform: Platform;
	/** Named contexts: name → source as on the command line, a folder, `oci-layout://…` or `docker-image://…`. */
	readonly contexts: Readonly<Record<string, string>>;
	/** The times, in seconds, of contexts and of what stages fetch, by their names; `context` is the main one (SURFACE ARG-9). */
	readonly times: ReadonlyMap<string, number | undefined>;
	/** Of a RUN that does not say. */
	readonly network: 'default' | 'none' | 'host';
	/** The configs of bases known so far, by `baseKey`. */
	readonly bases: ReadonlyMap<string, ContainerConfig>;
}

/** The plan, or the bases whose config must be known before there can be one; then more may turn out to be missing. */
export type PlanAnswer =
	| {readonly missing: readonly MissingBase[]}
	| {readonly untimed: UntimedStage}
	| {readonly plan: BuildPlan};

/** A stage whose time is that of what it fetches. */
export interface UntimedStage {
	readonly name: string;
	/** A URL or a git repository. */
	readonly source: string;
}

/** A base whose config is not known, and the FROM that names it first. */
export interface MissingBase {
	readonly base: Base;
	readonly location: Location;
}
