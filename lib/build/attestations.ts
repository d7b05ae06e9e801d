import type {ProvenanceWishes} from '../attest/facts.ts';
import type {Attestations, Output} from './options.ts';

/** What is to be stated, with its defaults filled in. */
export interface AskedAttestations {
	readonly sbom: boolean;
	readonly provenance: ProvenanceWishes | undefined;
	/** Whether they refer to the image. */
	readonly artifact: boolean;
}

/** As BuildKit has them where somebody asks for provenance and says no more. */
export const usualWishes: ProvenanceWishes = {mode: 'max', version: 'v1', builderID: '', reproducible: false};

/** What is asked for, also by outputs; undefined if that is nothing. */
export function checkAttestations(
	{sbom = false, provenance = false, artifact}: Attestations,
	outputs: readonly Pick<Output, 'ociArtifact'>[],
): AskedAttestations | undefined {
	if (!sbom && provenance === false) return undefined;
	const how = {sbom, artifact: artifact ?? outputs.some(({ociArtifact}) => ociArtifact)};
	if (typeof provenance === 'object') return {...how, provenance: {...usualWishes, ...provenance}};
	return {...how, provenance: provenance ? usualWishes : undefined};
}

const isFlag = (value: unknown) => typeof value === 'boolean';

const wishRules: Readonly<Record<keyof ProvenanceWishes, (value: unknown) => boolean>> = {
	mode: value => value === 'min' || value === 'max',
	version: value => value === 'v0.2' || value === 'v1',
	builderID: value => typeof value === 'string',
	reproducible: isFlag,
};

const rules: Readonly<Record<keyof Attestations, (value: unknown) => boolean>> = {
	sbom: isFlag,
	artifact: isFlag,
	provenance: value => isFlag(value) || isRecordOf(wishRules, value),
};

/** Whether a value of an option can say what is to be stated. */
export function isAttestations(value: unknown): boolean {
	return isRecordOf(rules, value);
}

function isRecordOf(known: Readonly<Record<string, (value: unknown) => boolean>>, value: unknown): boolean {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	return Object.entries(value).every(
		([name, field]) => Object.hasOwn(known, name) && (field === undefined || known[name]?.(field)),
	);
}
