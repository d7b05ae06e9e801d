const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes as registries, podman and docker count them: `48 kB`, `3.6 MB`. One decimal below 10, none above. */
export function formatSize(bytes: number): string {
	const exponent = exponentOf(bytes);
	return `${inUnit(bytes, exponent)} ${units[exponent]}`;
}

/** `41 of 76 MB`, `512 B of 3.6 MB`: both in the unit of the whole. */
export function formatProgress(current: number, total: number): string {
	const exponent = exponentOf(total);
	return `${inUnit(current, exponent)} of ${inUnit(total, exponent)} ${units[exponent]}`;
}

const factors: Readonly<Record<string, number>> = {
	'': 1,
	b: 1,
	k: 1e3,
	kb: 1e3,
	kib: 2 ** 10,
	m: 1e6,
	mb: 1e6,
	mib: 2 ** 20,
	g: 1e9,
	gb: 1e9,
	gib: 2 ** 30,
	t: 1e12,
	tb: 1e12,
	tib: 2 ** 40,
};

/** `10GB` is 10^10, `10GiB` is 2^30 × 10; undefined if it is no size. */
export function parseSize(text: string): number | undefined {
	const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text);
	const factor = match ? factors[(match[2] ?? '').toLowerCase()] : undefined;
	return factor === undefined ? undefined : Math.round(Number(match?.[1]) * factor);
}

/** `128m` is 2^27: units of memory are powers of 1024 to docker, however they are written. Undefined if it is no size. */
export function parseMemory(text: string): number | undefined {
	const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text) ?? [];
	if (number === undefined) return undefined;
	return Math.trunc(Number(number) * 1024 ** (unit === '' ? 0 : 'kmgtp'.indexOf(unit.toLowerCase()) + 1));
}

/** The unit in which `bytes` shows as less than 1000, rounding included. */
function exponentOf(bytes: number): number {
	let exponent = 0;
	while (exponent < units.length - 1 && Number(inUnit(bytes, exponent)) >= 1000) exponent += 1;
	return exponent;
}

function inUnit(bytes: number, exponent: number): string {
	const value = bytes / 1000 ** exponent;
	return exponent === 0 || Number(value.toFixed(1)) >= 10 ? value.toFixed(0) : value.toFixed(1);
}
