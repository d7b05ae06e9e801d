/** Whether a value is a cache to read: its type's fields and no others. */
export function isCacheFrom(value: unknown): boolean {
	return isOf(value, {
		local: {src: text, tag: optional(text), digest: optional(text)},
		registry: {ref: text},
	});
}

/** Whether a value is a cache to write. */
export function isCacheTo(value: unknown): boolean {
	const how = {mode: optional(mode => mode === 'min' || mode === 'max'), ignoreError: optional(flag)};
	return isOf(value, {
		local: {dest: text, tag: optional(text), ...how},
		registry: {ref: text, ...how},
		inline: {},
	});
}

/** Whether a value is a place for cache mounts. */
export function isMountsTo(value: unknown): boolean {
	const how = {maxSize: optional(isSize), ignoreError: optional(flag)};
	return isOf(value, {local: {dest: text, tag: optional(text), ...how}, registry: {ref: text, ...how}});
}

type Test = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Test>>;

const text: Test = value => typeof value === 'string';
const flag: Test = value => typeof value === 'boolean';
const isSize: Test = value => Number.isSafeInteger(value) && Number(value) >= 0;
const optional = (test: Test) => (value: unknown) => value === undefined || test(value);

function isOf(value: unknown, types: Readonly<Record<string, Fields>>): boolean {
	if (typeof value !== 'object' || value === null) return false;
	const {type, ...fields} = value as Readonly<Record<string, unknown>>;
	const tests = typeof type === 'string' && Object.hasOwn(types, type) ? types[type] : undefined;
	if (!tests || !Object.keys(fields).every(name => Object.hasOwn(tests, name))) return false;
	return Object.entries(tests).every(([name, test]) => test(fields[name]));
}
