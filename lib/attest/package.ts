/** A package that a root file system says it has. */
export interface Package {
	readonly name: string;
	/** `''` where nothing tells it. */
	readonly version: string;
	readonly purl: string;
	/** As the package tells them, all of which apply; mostly, but not always, SPDX expressions. */
	readonly licences: readonly string[];
	/** Who made it or hands it out, as it says itself. */
	readonly supplier?: string;
}

/** What a root file system is made with: the fields of os-release(5) that names of packages depend on. */
export interface Distribution {
	/** `debian`; `''` if there is no os-release. */
	readonly id: string;
	/** `debian-12`, or `''`. */
	readonly release: string;
}

/** What tells of packages cannot be read. Its message is the reason, as it stands in a document. */
export class Unreadable extends Error {
	override readonly name = 'Unreadable';
}
