import type {Descriptor} from '../oci/image.ts';
import type {BuildPlan} from '../plan/plan.ts';

/** What a build knows of itself, without the values of secrets. */
export interface BuildFacts {
	/** Of the platform that the statement is of. */
	readonly plan: BuildPlan;
	/** Of the image, the lowest first. */
	readonly layers: readonly Descriptor[];
	/** The steps that made a layer, by their ids, each with the layer's place in the stack. */
	readonly madeBy: readonly {readonly id: string; readonly layer: number}[];
	/** Of what was fetched, in the order of first use; by what it is called, with its digest. */
	readonly materials: readonly Material[];
	/** Where the context came from, if it was fetched. */
	readonly context?: Material;
	readonly dockerfile: {readonly name: string; readonly text: string};
	/** What was asked for, by the names that BuildKit's frontend has for it: `target`, `build-arg:VERSION` … */
	readonly args: Readonly<Record<string, string>>;
	/** What images stand for, by the name that the plan has for them. */
	readonly resolved: ReadonlyMap<string, string>;
	/** `linux/amd64`: of the machine that built. */
	readonly builderPlatform: string;
	/** Names the build; of a multi-platform image the same in each statement. */
	readonly invocation: string;
	/** ISO 8601. */
	readonly started: string;
	readonly finished: string;
}

/** Something that went into an image. */
export interface Material {
	readonly uri: string;
	readonly digest: Readonly<Record<string, string>>;
}

/** How much is told, and in which version of SLSA. */
export interface ProvenanceWishes {
	/** `min` tells neither build args and labels, nor what the steps are and the Dockerfile. */
	readonly mode: 'min' | 'max';
	readonly version: 'v0.2' | 'v1';
	/** Who built it, as a URI; `''` where nobody says. */
	readonly builderID: string;
	/** The user says that the same input gives the same bytes: then nothing is told that differs from build to build. */
	readonly reproducible: boolean;
}
