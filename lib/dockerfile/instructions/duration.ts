const units: Readonly<Record<string, number>> = {
	ns: 1,
	us: 1e3,
	µs: 1e3,
	μs: 1e3,
	ms: 1e6,
	s: 1e9,
	m: 60e9,
	h: 3600e9,
};

/** Nanoseconds of a duration as Go writes it (https://pkg.go.dev/time#ParseDuration): `1h30m`, `1.5s`; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
	const [, sign, amount = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
	if (amount === '0') return 0;
	if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.test(amount)) return undefined;
	let total = 0;
	for (const [, number = '', unit = ''] of amount.matchAll(/([\d.]+)([a-z\u00b5\u03bc]+)/g))
		total += Number(number) * (units[unit] ?? 0);
	return sign === '-' ? -total : Math.trunc(total);
}

/** A duration as Go prints it (https://pkg.go.dev/time#Duration.String): `1m30s`, `1.5s`, `100ms`, `0s`. */
export function formatDuration(nanoseconds: number): string {
	if (nanoseconds === 0) return '0s';
	if (nanoseconds < 1e3) return `${nanoseconds}ns`;
	if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
	if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
	const seconds = `${(nanoseconds % 60e9) / 1e9}s`;
	const minutes = Math.floor(nanoseconds / 60e9);
	if (minutes === 0) return seconds;
	return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}
