/** https://github.com/opencontainers/image-spec/blob/main/image-index.md, property platform. */
export interface Platform {
	readonly os: string;
	readonly architecture: string;
	readonly variant?: string;
	readonly 'os.version'?: string;
	readonly 'os.features'?: readonly string[];
}

/** Whether nothing runs on it: `unknown/unknown` is what buildx says of an attestation. */
export function isNowhere(platform: Platform | undefined): boolean {
	return platform?.os === 'unknown';
}

/** Names that other tools and kernels use, as Go names them. */
const architectures: Readonly<Record<string, string>> = {
	x86_64: 'amd64',
	'x86-64': 'amd64',
	x64: 'amd64',
	aarch64: 'arm64',
	i386: '386',
	i686: '386',
	ia32: '386',
	armhf: 'arm',
	armel: 'arm',
	ppc64el: 'ppc64le',
	loongarch64: 'loong64',
};

/** Variants that a name of another tool implies. */
const impliedVariants: Readonly<Record<string, string>> = {armhf: 'v7', armel: 'v6'};

/** What an architecture without a variant means: https://github.com/containerd/platforms#normalization */
const usualVariants: Readonly<Record<string, string>> = {amd64: 'v1', arm64: 'v8', arm: 'v7'};

/** Reads `os[(version)]/arch[/variant]`, or `arch` alone for linux; undefined if it is neither. The result is normalised. */
export function parsePlatform(text: string): Platform | undefined {
	const [, system = '', version, rest = ''] =
		/^([^/()]*)(?:\(([^/()]+)\))?(\/.*)?$/.exec(text.trim().toLowerCase()) ?? [];
	const [architecture, variant, ...more] = rest.split('/').slice(1);
	const parts = [system, architecture, variant].filter(part => part !== undefined);
	if (more.length > 0 || !parts.every(part => /^[a-z0-9][a-z0-9._-]*$/.test(part))) return undefined;
	if (architecture === undefined)
		return isArchitecture(system) && version === undefined
			? normalizePlatform({os: 'linux', architecture: system})
			: undefined;
	return normalizePlatform({
		os: system,
		architecture,
		...(variant === undefined ? {} : {variant}),
		...(version === undefined ? {} : {'os.version': version}),
	});
}

/** `linux/arm64`, `linux/arm/v7`. Normalised platforms that are equal have equal texts. */
export function formatPlatform({os, architecture, variant}: Platform): string {
	return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

/** `formatPlatform`, with the version that a system may have: `windows(10.0.20348)/amd64`. */
export function formatWithVersion(platform: Platform): string {
	const {os, 'os.version': version} = platform;
	return formatPlatform(version ? {...platform, os: `${os}(${version})`} : platform);
}

/** One spelling for each platform: `x86_64` is amd64, arm64/v8 and amd64/v1 lose their variant, arm gets v7. */
export function normalizePlatform(platform: Platform): Platform {
	const {os, architecture, variant, ...rest} = platform;
	const named = architecture.toLowerCase();
	const normal = {...rest, os: os.toLowerCase(), architecture: architectures[named] ?? named};
	const chosen = normalVariant(normal.architecture, variant || impliedVariants[named]);
	return chosen === undefined ? normal : {...normal, variant: chosen};
}

/** The platform that this process runs on. */
export function hostPlatform(): Platform {
	const architecture = process.arch === 'ppc64' ? 'ppc64le' : process.arch;
	const {variables} = process.config as {variables: {readonly arm_version?: string}};
	const variant = architecture === 'arm' && variables.arm_version ? {variant: `v${variables.arm_version}`} : {};
	return normalizePlatform({os: 'linux', architecture, ...variant});
}

/**
 * Of the manifests of an index, the one that runs best on `wanted` (SURFACE FRM-9): same system and architecture, and
 * the highest variant not above the wanted one. Attestations (`unknown/unknown`) are never chosen. A manifest that
 * says no platform is taken only if it is alone.
 */
export function choosePlatform<T extends {readonly platform?: Platform}>(
	manifests: readonly T[],
	wanted: Platform,
): T | undefined {
	const [only, ...others] = manifests;
	if (only && others.length === 0 && !only.platform) return only;
	let best: {readonly manifest: T; readonly rank: number} | undefined;
	for (const manifest of manifests) {
		const rank = manifest.platform ? rankOf(manifest.platform, wanted) : undefined;
		if (rank !== undefined && rank > (best?.rank ?? -1)) best = {manifest, rank};
	}
	return best?.manifest;
}

/** Whether an image of `platform` runs where `wanted` is asked for. */
export function satisfies(platform: Platform, wanted: Platform): boolean {
	return rankOf(platform, wanted) !== undefined;
}

/** How well `platform` serves `wanted`: the number of its variant; undefined if not at all. */
function rankOf(platform: Platform, wanted: Platform): number | undefined {
	const [offered, asked] = [normalizePlatform(platform), normalizePlatform(wanted)];
	if (offered.os !== asked.os || offered.architecture !== asked.architecture) return undefined;
	if (offered.variant === asked.variant) return Number.MAX_SAFE_INTEGER;
	const [has, may] = [levelOf(offered), levelOf(asked)];
	return has !== undefined && may !== undefined && has <= may ? has : undefined;
}

/** The number in a variant such as `v7`; versions like `v8.1` and other variants (`sse2`) have none. */
function levelOf({architecture, variant}: Platform): number | undefined {
	const level = /^v?(\d+)$/.exec(variant ?? usualVariants[architecture] ?? '')?.[1];
	return level === undefined ? undefined : Number(level);
}

function normalVariant(architecture: string, variant: string | undefined): string | undefined {
	const usual = usualVariants[architecture];
	const lower = variant?.toLowerCase();
	const spelled = lower && /^\d/.test(lower) ? `v${lower}` : lower;
	if (architecture === 'arm') return spelled ?? usual;
	return spelled === usual ? undefined : spelled;
}

function isArchitecture(name: string): boolean {
	const known = ['amd64', 'arm64', 'arm', '386', 'ppc64le', 's390x', 'riscv64', 'loong64', 'mips64le', 'mips64'];
	return known.includes(architectures[name] ?? name);
}
